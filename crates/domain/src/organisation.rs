//! Teams and owners.

use crate::Timestamp;
use crate::id::{OwnerId, TeamId};
use crate::san::San;

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Identifier.
    pub id: TeamId,
    /// Name, unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Team {
    /// Names this state of the row: microseconds of the last change, which every change moves on.
    pub const fn revision(&self) -> i64 {
        self.updated_at.unix_micros()
    }
}

/// A person or mailbox responsible for certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Identifier.
    pub id: OwnerId,
    /// Name.
    pub name: String,
    /// Mail address for notifications; empty only for the owner that certctl made itself.
    pub email: String,
    /// Team.
    pub team_id: TeamId,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Owner {
    /// Names this state of the row: microseconds of the last change, which every change moves on.
    pub const fn revision(&self) -> i64 {
        self.updated_at.unix_micros()
    }
}

/// A mail address in canonical form (domain in lower case), or what is wrong with it: one mailbox,
/// `local@domain`, of at most 254 octets (RFC 5321 §4.5.3.1.3), without display name or comment.
pub fn mail_address(text: &str) -> Result<String, &'static str> {
    if text.len() > 254 {
        return Err("a mail address has at most 254 characters");
    }
    match San::email(text) {
        Ok(San::Email(address)) if !unusual_local_part(&address) => Ok(address),
        Ok(_) => Err("the part before the @ begins or ends with a dot, or has two in a row"),
        Err(error) => Err(error.reason),
    }
}

/// Dots that RFC 5321 §4.1.2 (`Dot-string`) has no place for.
fn unusual_local_part(address: &str) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    local.starts_with('.') || local.ends_with('.') || local.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_accepted_and_everything_else_refused() {
        assert_eq!(mail_address("Ops+tls@Example.COM"), Ok("Ops+tls@example.com".to_owned()));
        for address in ["o@localhost", "first.last@mail.example.com", "root@xn--bcher-kva.example"] {
            assert_eq!(mail_address(address), Ok(address.to_owned()));
        }
        let long = format!("ops@{}example.com", "a.".repeat(122));
        for text in [
            "",
            "ops",
            "@example.com",
            "ops@",
            "a b@example.com",
            "a@b@example.com",
            ".a@example.com",
            "a.@example.com",
            "a..b@example.com",
            "Ops <ops@example.com>",
            "ops@example.com\r\nBcc: x@y.z",
            "ops@*.example.com",
            "ops@-a.com",
            &long,
        ] {
            assert!(mail_address(text).is_err(), "{text:?}");
        }
    }
}
