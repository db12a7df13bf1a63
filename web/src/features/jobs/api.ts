import { api, call } from "@/api/client";

const params = (id: string) => ({ path: { id } });

export const cancelJob = (id: string) => call(api.POST("/api/v1/jobs/{id}/cancel", { params: params(id) }));
export const retryJob = (id: string) => call(api.POST("/api/v1/jobs/{id}/retry", { params: params(id) }));
