//! Debian packages that building and testing need.

use crate::workspace::{read, run};
use anyhow::{Context, Result, bail};
use certctl_test_support::{TestPostgres, TestSmtp, find_program, install_line, require_program};
use std::path::Path;
use std::process::{Command, Stdio};

/// One thing that must be there.
struct Requirement {
    /// What it is, for people.
    what: &'static str,
    /// Packages that bring it; the first one the distribution knows is installed.
    packages: &'static [&'static str],
    present: fn() -> bool,
}

const REQUIREMENTS: [Requirement; 14] = [
    Requirement {
        what: "nginx",
        packages: &["nginx-light", "nginx"],
        present: || find_program("nginx").is_some(),
    },
    Requirement {
        what: "Apache, without its service",
        packages: &["apache2-bin"],
        present: || find_program("apache2").is_some(),
    },
    Requirement { what: "Caddy", packages: &["caddy"], present: || find_program("caddy").is_some() },
    Requirement {
        what: "the programs of GnuTLS",
        packages: &["gnutls-bin"],
        present: || find_program("ocsptool").is_some() && find_program("certtool").is_some(),
    },
    Requirement { what: "curl", packages: &["curl"], present: || find_program("curl").is_some() },
    Requirement {
        what: "PostgreSQL 15 or newer, server programs",
        packages: &["postgresql"],
        present: || TestPostgres::require_installed().is_ok(),
    },
    Requirement {
        what: "the openssl program",
        packages: &["openssl"],
        present: || find_program("openssl").is_some(),
    },
    Requirement {
        what: "promtool, the linter of Prometheus",
        packages: &["prometheus"],
        present: || find_program("promtool").is_some(),
    },
    Requirement {
        what: "pkg-config",
        packages: &["pkg-config"],
        present: || find_program("pkg-config").is_some(),
    },
    Requirement {
        what: "the headers of OpenSSL, for libpq only",
        packages: &["libssl-dev"],
        present: || {
            let mut probe = Command::new("pkg-config");
            probe.args(["--exists", "openssl"]).stdin(Stdio::null()).stderr(Stdio::null());
            probe.status().is_ok_and(|status| status.success())
        },
    },
    Requirement {
        what: "Python with venv, for schemathesis and pkilint",
        packages: &["python3-venv"],
        present: || {
            let mut probe = Command::new("python3");
            probe.args(["-c", "import ensurepip, venv"]).stdin(Stdio::null()).stderr(Stdio::null());
            probe.status().is_ok_and(|status| status.success())
        },
    },
    Requirement {
        what: "aiosmtpd, the mail server of the tests",
        packages: &["python3-aiosmtpd"],
        present: || TestSmtp::require_installed().is_ok(),
    },
    Requirement {
        what: "Chromium, in which the console is tested",
        packages: &["chromium"],
        present: || find_program("chromium").is_some(),
    },
    Requirement {
        what: "the public CA certificates",
        packages: &["ca-certificates"],
        present: || Path::new("/etc/ssl/certs/ca-certificates.crt").exists(),
    },
];

/// Makes sure that all of them are there. What is missing is installed when this process is
/// root and has apt-get; otherwise the error says what to install.
pub fn ensure() -> Result<()> {
    let missing: Vec<&Requirement> = REQUIREMENTS.iter().filter(|wanted| !(wanted.present)()).collect();
    if missing.is_empty() {
        println!("nothing to install");
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().filter_map(|wanted| wanted.packages.first().copied()).collect();
    if !(is_root()? && find_program("apt-get").is_some()) {
        let what: Vec<&str> = missing.iter().map(|wanted| wanted.what).collect();
        bail!("missing: {}; install with: {}", what.join(", "), install_line(&names));
    }
    install(&missing)?;
    match missing.iter().find(|wanted| !(wanted.present)()) {
        Some(still) => {
            bail!("{} is still missing after installing {}", still.what, still.packages.join(" or "))
        }
        None => Ok(()),
    }
}

fn install(missing: &[&Requirement]) -> Result<()> {
    let groups = missing.iter().map(|wanted| wanted.packages.join(" "));
    let mut script = Command::new(require_program("sh", "dash")?);
    script.args(["-c", include_str!("install-packages.sh"), "install-packages"]).args(groups);
    run(script.stdin(Stdio::null())).context("cannot install packages")
}

fn is_root() -> Result<bool> {
    Ok(read(Command::new("id").arg("-u"))?.trim_ascii() == b"0")
}
