import type { RouteObject } from "react-router";
import { Layout } from "./shell/layout";
import { NotFound, PageFailed } from "./shell/errors";
import { Component as Dashboard } from "./features/dashboard/page";

/** A page that is loaded when somebody goes there. */
const page = (path: string, load: () => Promise<{ Component: React.ComponentType }>): RouteObject => ({
  path,
  lazy: load,
});

export const routes: RouteObject[] = [
  {
    element: <Layout />,
    HydrateFallback: () => null,
    children: [
      {
        errorElement: <PageFailed />,
        children: [
          { index: true, element: <Dashboard /> },
          page("certificates", () => import("./features/certificates/list")),
          page("certificates/:id", () => import("./features/certificates/detail")),
          page("revocations", () => import("./features/revocation/list")),
          page("crl", async () => ({ Component: (await import("./features/crl/page")).CrlList })),
          page("crl/:id", async () => ({ Component: (await import("./features/crl/page")).CrlPage })),
          page("issuers", async () => ({ Component: (await import("./features/issuers/pages")).IssuerList })),
          page("issuers/:id", async () => ({
            Component: (await import("./features/issuers/pages")).IssuerPage,
          })),
          page("agents", async () => ({ Component: (await import("./features/agents/pages")).AgentList })),
          page("agents/:id", async () => ({
            Component: (await import("./features/agents/pages")).AgentPage,
          })),
          page("agent-groups", async () => ({
            Component: (await import("./features/agent-groups/pages")).GroupList,
          })),
          page("agent-groups/:id", async () => ({
            Component: (await import("./features/agent-groups/pages")).GroupPage,
          })),
          page("targets", async () => ({ Component: (await import("./features/targets/pages")).TargetList })),
          page("targets/:id", async () => ({
            Component: (await import("./features/targets/pages")).TargetPage,
          })),
          page("jobs", () => import("./features/jobs/list")),
          page("jobs/:id", () => import("./features/jobs/detail")),
          page("approvals", async () => ({
            Component: (await import("./features/approvals/pages")).ApprovalList,
          })),
          page("approvals/:id", async () => ({
            Component: (await import("./features/approvals/pages")).ApprovalPage,
          })),
          page("notifications", () => import("./features/notifications/list")),
          page("notifications/:id", () => import("./features/notifications/detail")),
          page("operations", async () => ({
            Component: (await import("./features/operations/pages")).OperationList,
          })),
          page("operations/:id", async () => ({
            Component: (await import("./features/operations/pages")).OperationPage,
          })),
          page("renewal-policies", async () => ({
            Component: (await import("./features/renewal-policies/pages")).RenewalPolicyList,
          })),
          page("renewal-policies/:id", async () => ({
            Component: (await import("./features/renewal-policies/pages")).RenewalPolicyPage,
          })),
          page("profiles", async () => ({
            Component: (await import("./features/profiles/pages")).ProfileList,
          })),
          page("profiles/:id", async () => ({
            Component: (await import("./features/profiles/pages")).ProfilePage,
          })),
          page("policies", async () => ({ Component: (await import("./features/policies/pages")).RuleList })),
          page("policies/:id", async () => ({
            Component: (await import("./features/policies/pages")).RulePage,
          })),
          page("owners", async () => ({ Component: (await import("./features/owners/pages")).OwnerList })),
          page("owners/:id", async () => ({
            Component: (await import("./features/owners/pages")).OwnerPage,
          })),
          page("teams", async () => ({ Component: (await import("./features/teams/pages")).TeamList })),
          page("teams/:id", async () => ({ Component: (await import("./features/teams/pages")).TeamPage })),
          page("channels", async () => ({
            Component: (await import("./features/channels/pages")).ChannelList,
          })),
          page("channels/:id", async () => ({
            Component: (await import("./features/channels/pages")).ChannelPage,
          })),
          page("routing", () => import("./features/routing/page")),
          page("audit", () => import("./features/audit/list")),
          page("audit/:id", () => import("./features/audit/detail")),
          page("observability", () => import("./features/observability/page")),
          page("api-keys", () => import("./features/api-keys/page")),
          page("settings", () => import("./features/settings/page")),
          page("welcome", () => import("./features/welcome/page")),
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
];
