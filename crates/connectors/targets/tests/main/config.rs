//! What an nginx configuration may say.

use certctl_connector_api::RawConfig;
use certctl_connector_api::target::TargetFactory;
use certctl_targets::NginxFactory;
use serde_json::{Value, json};

fn valid() -> Value {
    json!({"cert_path": "/etc/nginx/tls/site.crt", "key_path": "/etc/nginx/tls/site.key",
           "validate_command": "nginx -t", "reload_command": ["nginx", "-s", "reload"]})
}

/// Fields that are refused when `change` is laid over a valid configuration.
fn refused(change: &Value) -> Vec<String> {
    let mut config = valid();
    for (name, value) in change.as_object().unwrap() {
        config[name] = value.clone();
    }
    let config = RawConfig::from_json(&config.to_string()).unwrap();
    NginxFactory.check(&config).err().unwrap_or_default().into_iter().map(|error| error.field).collect()
}

#[test]
fn usual_configurations_are_accepted() {
    for change in [
        json!({}),
        json!({"key_path": null, "chain_path": "", "validate_command": null}),
        json!({"validate_command": ["/usr/sbin/nginx", "-t", "-c", "/etc/nginx/nginx.conf"], "command_timeout": "1m"}),
        json!({"chain_path": "/etc/nginx/tls/chain.pem", "fullchain": false, "backup_retention": 0}),
        json!({"key_file_mode": "0640", "key_file_owner": "root", "key_file_group": "ssl-cert", "cert_file_owner": "0"}),
        json!({"verify": {"endpoint": "localhost:443", "sni": "www.example.com", "timeout": "1m"}}),
        json!({"verify": {"endpoint": "[::1]:443", "timeout": 20}}),
        json!({"verify": {"enabled": false}}),
        json!({"post_deploy_verify": {"enabled": true, "endpoint": "localhost:443", "timeout": 10_000_000_000_u64}}),
    ] {
        assert_eq!(refused(&change), Vec::<String>::new(), "{change}");
    }
}

#[test]
fn each_mistake_is_reported_at_its_field() {
    for (change, field) in [
        (json!({"cert_path": "tls/site.crt"}), "cert_path"),
        (json!({"cert_path": "/etc/nginx/../shadow"}), "cert_path"),
        (json!({"cert_path": "/etc/nginx/tls/"}), "cert_path"),
        (json!({"cert_path": ""}), "cert_path"),
        (json!({"cert_path": "/etc/a\nb"}), "cert_path"),
        (json!({"cert_path": "/etc/tls/.certctl/0/current/cert"}), "cert_path"),
        (json!({"key_path": "/etc/nginx/tls/site.crt"}), "key_path"),
        (json!({"reload_command": "nginx -s reload; rm -rf /"}), "reload_command"),
        (json!({"reload_command": ""}), "reload_command"),
        (json!({"reload_command": []}), "reload_command"),
        (json!({"reload_command": "x".repeat(1025)}), "reload_command"),
        (json!({"validate_command": "nginx -t && true"}), "validate_command"),
        (json!({"command_timeout": "1d"}), "command_timeout"),
        (json!({"key_file_owner": "root:root"}), "key_file_owner"),
        (json!({"key_file_mode": "rw"}), "key_file_mode"),
        (json!({"backup_retention": -1}), "backup_retention"),
        (json!({"verify": {"endpoint": "localhost"}}), "verify.endpoint"),
        (json!({"verify": {}}), "verify.endpoint"),
        (json!({"verify": {"endpoint": "localhost:443", "sni": "no name"}}), "verify.sni"),
        (json!({"verify": {"endpoint": "localhost:443", "timeout": "2h"}}), "verify.timeout"),
        (
            json!({"verify": {"enabled": false}, "post_deploy_verify": {"enabled": false}}),
            "post_deploy_verify",
        ),
        (json!({"certificate_path": "/x"}), "certificate_path"),
    ] {
        assert_eq!(refused(&change), [field], "{change}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let change =
        json!({"cert_path": "a", "key_path": "b", "reload_command": "a|b", "backup_retention": 1000});
    let mut fields = refused(&change);
    fields.sort();
    assert_eq!(fields, ["backup_retention", "cert_path", "key_path", "reload_command"]);
}
