//! What every kind of target has to do, run for each factory of the registry.

use crate::support::{Authority, Commands, Host, texts};
use certctl_connector_api::RawConfig;
use certctl_connector_api::target::{Deployment, Rollback, Stage, TargetFactory, Verification, counters};
use certctl_deploy::ProcessRunner;
use certctl_domain::deployment::DeployCounter as C;
use certctl_domain::target::TargetKind;
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A configuration of each kind for `tls/site.crt` and `tls/site.key`, with `check` and `reload`
/// as commands.
fn config(kind: TargetKind, host: &Host) -> Value {
    match kind {
        TargetKind::Nginx => json!({
            "cert_path": host.text("tls/site.crt"), "key_path": host.text("tls/site.key"),
            "validate_command": "check", "reload_command": "reload", "command_timeout": "1s",
        }),
    }
}

fn with(mut config: Value, name: &str, value: Value) -> Value {
    config[name] = value;
    config
}

fn failing(word: &'static str) -> Arc<Commands> {
    Commands::answering(move |command| (i32::from(command == word), "refused".to_owned()))
}

/// Fails `reload` only while the files of `plan` are in place.
fn failing_reload_of(plan: &Deployment, host: &Host) -> Arc<Commands> {
    let (cert, path) = (texts(plan).0, host.path("tls/site.crt"));
    Commands::answering(move |command| {
        let refuses = command == "reload" && fs::read_to_string(&path).is_ok_and(|text| text == cert);
        (i32::from(refuses), String::new())
    })
}

fn each(run: impl Fn(&Arc<dyn TargetFactory>, &Host)) {
    for factory in certctl_targets::registry() {
        run(&factory, &Host::new());
    }
}

/// One runtime per case, so that each case starts from nothing.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn every_kind_has_one_factory_and_a_page_that_names_its_fields() {
    let registry = certctl_targets::registry();
    let kinds: Vec<_> = registry.iter().map(|factory| factory.kind()).collect();
    assert_eq!(kinds, TargetKind::ALL);
    for factory in registry {
        let name = factory.kind().as_str().to_lowercase();
        let path = format!("{}/../../../docs/reference/connectors/{name}.md", env!("CARGO_MANIFEST_DIR"));
        let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        for field in factory.config_schema().fields {
            assert!(page.contains(&format!("`{}`", field.name)), "{path} does not mention `{}`", field.name);
        }
    }
}

#[test]
fn bad_configurations_are_refused() {
    each(|factory, host| {
        for text in ["{}", r#"{"no_such_field": 1}"#] {
            let bad = RawConfig::from_json(text).unwrap();
            assert!(factory.check(&bad).is_err(), "{:?} accepts {text}", factory.kind());
        }
        let good = RawConfig::from_json(&config(factory.kind(), host).to_string()).unwrap();
        factory.check(&good).unwrap();
    });
}

#[test]
fn a_deployment_writes_the_pair_and_is_idempotent() {
    each(|factory, host| {
        let plan = Authority::new().issue("cv-1");
        let commands = Commands::succeeding();
        let target = host.connector(factory.as_ref(), &config(factory.kind(), host), commands.clone());
        let first = block_on(target.deploy(&plan));
        assert_eq!(counters(&first), [C::AttemptSuccess]);
        assert_eq!(first.unwrap().verification, Verification::Skipped);
        assert_eq!(host.pair(), Some(texts(&plan)));
        assert_eq!(commands.taken(), ["check", "reload"]);
        let second = block_on(target.deploy(&plan));
        assert_eq!(counters(&second), [C::IdempotentSkip, C::AttemptSuccess]);
        assert_eq!(commands.taken(), Vec::<String>::new());
    });
}

#[test]
fn a_failure_at_any_stage_restores_files_modes_and_owners() {
    each(|factory, host| {
        let ca = Authority::new();
        let (old, new) = (ca.issue("cv-1"), ca.issue("cv-2"));
        host.install(&old);
        // Giving files away needs root; without it the owner is this user's anyway.
        drop(chown(host.path("tls/site.key"), Some(12), Some(34)));
        let look = || {
            let of = |name: &str| {
                fs::metadata(host.path(name)).map(|m| (m.mode() & 0o7777, m.uid(), m.gid())).unwrap()
            };
            (host.pair(), of("tls/site.crt"), of("tls/site.key"))
        };
        let before = look();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let plain = config(factory.kind(), host);
        let watched = with(plain.clone(), "verify", json!({"endpoint": closed.to_string(), "timeout": "1s"}));
        for (stage, config, commands, ticked) in [
            (Stage::Validate, &plain, failing("check"), vec![C::ValidateFailure, C::AttemptFailure]),
            (
                Stage::Reload,
                &plain,
                failing_reload_of(&new, host),
                vec![C::ReloadFailure, C::RollbackRestored, C::AttemptFailure],
            ),
            (
                Stage::Verify,
                &watched,
                Commands::succeeding(),
                vec![C::PostVerifyFailure, C::RollbackRestored, C::AttemptFailure],
            ),
        ] {
            let target = host.connector(factory.as_ref(), config, commands);
            let result = block_on(target.deploy(&new));
            assert_eq!(counters(&result), ticked);
            let failure = result.unwrap_err();
            assert_eq!(
                (failure.stage, &failure.rollback),
                (stage, &Rollback::Restored),
                "{}",
                failure.error.chain()
            );
            assert_eq!(look(), before, "{stage:?}");
        }
    });
}

#[test]
fn a_rollback_that_fails_is_counted_as_such() {
    each(|factory, host| {
        let ca = Authority::new();
        host.install(&ca.issue("cv-1"));
        let target = host.connector(factory.as_ref(), &config(factory.kind(), host), failing("reload"));
        let result = block_on(target.deploy(&ca.issue("cv-2")));
        assert_eq!(counters(&result), [C::ReloadFailure, C::RollbackAlsoFailed, C::AttemptFailure]);
    });
}

#[test]
fn a_first_deployment_that_fails_leaves_nothing_behind() {
    each(|factory, host| {
        let plan = Authority::new().issue("cv-1");
        for word in ["check", "reload"] {
            let target = host.connector(factory.as_ref(), &config(factory.kind(), host), failing(word));
            assert_eq!(block_on(target.deploy(&plan)).unwrap_err().rollback, Rollback::Restored);
            assert_eq!(fs::read_dir(host.path("tls")).unwrap().count(), 0, "{word}");
        }
    });
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_key_bytes_appear_in_errors_or_logs() {
    each(|factory, host| {
        let ca = Authority::new();
        let (old, new) = (ca.issue("cv-1"), ca.issue("cv-2"));
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        let mut told = tracing::subscriber::with_default(subscriber, || {
            tracing::info!("the log is captured");
            host.install(&old);
            let config = config(factory.kind(), host);
            let mut told = Vec::new();
            for word in ["check", "reload"] {
                // A careless command prints the key it was given.
                let key = host.path("tls/site.key");
                let commands = Commands::answering(move |command| {
                    (i32::from(command == word), fs::read_to_string(&key).unwrap_or_default())
                });
                let target = host.connector(factory.as_ref(), &config, commands);
                let failure = block_on(target.deploy(&new)).unwrap_err();
                told.push(format!("{failure:?} {} {target:?} {new:?}", failure.error.chain()));
            }
            told
        });
        told.push(String::from_utf8(log.0.lock().unwrap().clone()).unwrap());
        let told = told.join("\n");
        assert!(told.contains("the log is captured"));
        for line in [&old, &new].iter().flat_map(|plan| plan.key_pem.expose().lines()) {
            assert!(line.starts_with("-----") || !told.contains(line), "{told}");
        }
    });
}

#[test]
fn commands_and_endpoints_without_an_end_are_given_up_in_time() {
    each(|factory, host| {
        let ca = Authority::new();
        host.install(&ca.issue("cv-1"));
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = silent.local_addr().unwrap().to_string();
        let plain = with(config(factory.kind(), host), "validate_command", json!("true"));
        for (stage, config) in [
            (Stage::Validate, with(plain.clone(), "validate_command", json!("sleep 600"))),
            (Stage::Reload, with(plain.clone(), "reload_command", json!("sleep 600"))),
            (
                Stage::Verify,
                with(
                    with(plain.clone(), "reload_command", json!("true")),
                    "verify",
                    json!({"endpoint": endpoint, "timeout": "1s"}),
                ),
            ),
        ] {
            let target = host.connector(factory.as_ref(), &config, Arc::new(ProcessRunner));
            let started = Instant::now();
            let failure = block_on(target.deploy(&ca.issue("cv-2"))).unwrap_err();
            assert_eq!(failure.stage, stage, "{}", failure.error.chain());
            assert!(started.elapsed() < Duration::from_secs(30), "{stage:?}");
        }
    });
}
