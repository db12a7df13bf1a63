//! Where people look at what they are told of.

/// The page of an object in the console at `console`. Objects without a page of their own are found in
/// their list, what is about no object on the first page.
pub(super) fn page_of(console: &str, resource_type: &str, id: &str) -> String {
    let list = match resource_type {
        "certificate" => "certificates",
        "agent" => "agents",
        "job" => "jobs",
        "issuer" => "issuers",
        "approval_request" => return format!("{console}/approvals"),
        "policy_rule" => return format!("{console}/policies"),
        "notification_channel" => return format!("{console}/notifications"),
        _ => return format!("{console}/"),
    };
    format!("{console}/{list}/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_object_or_as_near_as_there_is_a_page() {
        let console = "https://certctl.example.com";
        for (kind, path) in [
            ("certificate", "/certificates/x-1"),
            ("agent", "/agents/x-1"),
            ("job", "/jobs/x-1"),
            ("issuer", "/issuers/x-1"),
            ("approval_request", "/approvals"),
            ("policy_rule", "/policies"),
            ("notification_channel", "/notifications"),
            ("digest", "/"),
        ] {
            assert_eq!(page_of(console, kind, "x-1"), format!("{console}{path}"));
        }
    }
}
