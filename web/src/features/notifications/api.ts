import { api, call } from "@/api/client";
import type { RequeueRequest } from "@/api/schema";

/** Has a notification delivered again. Takes the id and nothing else. */
export const requeueNotification = (id: string) =>
  call(api.POST("/api/v1/notifications/{id}/requeue", { params: { path: { id } } }));

/** Has everything delivered again that matches. */
export const requeueNotifications = (filter: RequeueRequest) =>
  call(api.POST("/api/v1/notifications/requeue", { body: filter }));

/** Notes that somebody has read it; its delivery stays as it is. */
export const markRead = (id: string) =>
  call(api.POST("/api/v1/notifications/{id}/read", { params: { path: { id } } }));
