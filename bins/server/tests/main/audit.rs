//! The audit trail on the command line.

use crate::program::{Program, mode};

#[test]
fn a_trail_is_proved_exported_and_pruned_beside_a_running_server() {
    let program = Program::new();
    assert_ne!(program.run(&["audit", "public-key"]).code, Some(0), "there is no key before the first start");
    let (running, _) = program.start();
    let key = program.ok(&["audit", "public-key"]);
    assert!(key.starts_with("-----BEGIN PUBLIC KEY-----"), "{key}");
    let key_file = program.path("key.pem");
    std::fs::write(&key_file, &key).unwrap();
    // The server seals within a second or so; until then everything waits.
    let export = program.path("old.jsonl");
    let export = export.to_str().unwrap();
    let told = loop {
        let _ = std::fs::remove_file(export);
        let told = program.ok(&["audit", "export", "--until", "2099-01-01", "--out", export]);
        if !told.contains("nothing") {
            break told;
        }
    };
    assert!(told.starts_with("wrote "), "{told}");
    assert_eq!(mode(std::path::Path::new(export)), 0o600);
    drop(running);
    let whole = program.ok(&["audit", "verify", "--public-key", key_file.to_str().unwrap()]);
    assert!(whole.starts_with("the audit trail is whole: "), "{whole}");

    std::fs::remove_file(export).unwrap();
    program.ok(&["audit", "export", "--until", "2099-01-01", "--out", export]);
    let text = std::fs::read_to_string(export).unwrap();
    std::fs::write(export, text.replace("system", "nobody")).unwrap();
    let refused = program.run(&["audit", "prune", "--until", "2099-01-01", "--export", export]);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert!(refused.err.contains("nothing was removed"), "{}", refused.err);
    std::fs::write(export, &text).unwrap();
    let told = program.ok(&["audit", "prune", "--until", "2099-01-01", "--export", export]);
    assert!(told.starts_with("removed "), "{told}");
    let whole = program.ok(&["audit", "verify"]);
    assert!(whole.starts_with("the audit trail is whole: 0 events"), "{whole}");

    let wrong = program.run(&["audit", "verify", "--public-key", export]);
    assert_eq!(wrong.code, Some(64), "{}", wrong.err);
    assert_eq!(program.run(&["audit", "export", "--until", "soon", "--out", "x"]).code, Some(64));
}
