//! Finds leaf certificates with their chains in files and directories.

use anyhow::{Context as _, bail};
use certctl_pki::Certificate;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Larger files are no certificates.
const SIZE_LIMIT: u64 = 4 << 20;
const EXTENSIONS: [&str; 4] = ["pem", "crt", "cer", "cert"];

/// A leaf certificate.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) file: PathBuf,
    /// Leaf, then the CA certificates that came after it, PEM.
    pub(super) pem: String,
    common_name: String,
    serial: String,
}

impl Found {
    /// The name that a template gives it.
    pub(super) fn name(&self, template: &str) -> String {
        let file = self.file.file_stem().unwrap_or_default().to_string_lossy();
        template.replace("{cn}", &self.common_name).replace("{serial}", &self.serial).replace("{file}", &file)
    }
}

/// What was found, and remarks about what was left out.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub(super) found: Vec<Found>,
    pub(super) notes: Vec<String>,
    seen: BTreeSet<String>,
}

/// Looks into every path. Certificates that occur several times are found once.
pub(super) fn search<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> anyhow::Result<Search> {
    let mut search = Search::default();
    for path in paths {
        let about = std::fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?;
        if about.is_dir() {
            search.directory(path)?;
        } else {
            // A file that was named must be one; in directories, others are passed over.
            let count = search.file(path)?;
            if count == 0 {
                bail!("{} holds no certificate", path.display());
            }
        }
    }
    Ok(search)
}

impl Search {
    fn directory(&mut self, directory: &Path) -> anyhow::Result<()> {
        if let Some(live) = certbot_live(directory) {
            return self.certbot(&live);
        }
        for entry in sorted(directory)? {
            let kind = std::fs::metadata(&entry);
            match kind {
                // Links to directories could lead in circles.
                Ok(kind) if kind.is_dir() && !entry.is_symlink() => self.directory(&entry)?,
                Ok(kind) if kind.is_file() && is_certificate_file(&entry) => {
                    if let Err(error) = self.file(&entry) {
                        self.notes.push(format!("passed over {}: {error:#}", entry.display()));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `live/<name>/fullchain.pem`: the current certificate of each name, and not its older ones.
    fn certbot(&mut self, live: &Path) -> anyhow::Result<()> {
        for lineage in sorted(live)? {
            let chain = lineage.join("fullchain.pem");
            if chain.is_file()
                && let Err(error) = self.file(&chain)
            {
                self.notes.push(format!("passed over {}: {error:#}", chain.display()));
            }
        }
        Ok(())
    }

    /// How many certificates the file holds.
    fn file(&mut self, path: &Path) -> anyhow::Result<usize> {
        if std::fs::metadata(path)?.len() > SIZE_LIMIT {
            bail!("it is larger than {SIZE_LIMIT} bytes");
        }
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let blocks = if text.contains("-----BEGIN CERTIFICATE-----") {
            certctl_pki::pem::certificates(&text)?
        } else if bytes.first() == Some(&0x30) {
            vec![bytes]
        } else {
            return Ok(0);
        };
        let count = blocks.len();
        let certificates: Vec<Certificate> =
            blocks.iter().map(|der| Certificate::parse_der(der)).collect::<Result<_, _>>()?;
        let mut leaf: Option<Found> = None;
        for certificate in certificates {
            if certificate.is_ca() {
                match &mut leaf {
                    Some(found) => found.pem.push_str(&certificate.to_pem()),
                    None => self.notes.push(format!(
                        "left out the CA certificate {} in {}",
                        certificate.subject(),
                        path.display()
                    )),
                }
                continue;
            }
            self.found.extend(leaf.take());
            if self.seen.insert(certificate.fingerprint()) {
                leaf = Some(found(path, &certificate));
            }
        }
        self.found.extend(leaf);
        Ok(count)
    }
}

fn found(path: &Path, certificate: &Certificate) -> Found {
    let first_name = || certificate.sans().first().map(ToString::to_string);
    Found {
        file: path.to_owned(),
        pem: certificate.to_pem(),
        common_name: certificate
            .common_name()
            .map(ToOwned::to_owned)
            .or_else(first_name)
            .unwrap_or_else(|| certificate.fingerprint()),
        serial: certificate.serial().to_string(),
    }
}

/// The `live` directory when this is certbot's.
fn certbot_live(directory: &Path) -> Option<PathBuf> {
    let live = if directory.ends_with("live") { directory.to_owned() } else { directory.join("live") };
    let configured = live.parent().is_some_and(|parent| parent.join("renewal").is_dir());
    (configured && live.is_dir()).then_some(live)
}

fn is_certificate_file(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
}

fn sorted(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let list = || -> std::io::Result<Vec<PathBuf>> {
        std::fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path())).collect()
    };
    let mut entries = list().with_context(|| format!("cannot list {}", directory.display()))?;
    entries.sort();
    Ok(entries)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "fixtures are written to a directory of the test")]

    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

    /// A leaf for `name` with its CA, PEM.
    fn chain(name: &str) -> (String, String) {
        let mut ca = CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name.push(DnType::CommonName, "Test CA");
        let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
        let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        leaf.distinguished_name.push(DnType::CommonName, name);
        let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &ca).unwrap();
        (leaf.pem(), ca.pem())
    }

    fn names(search: &Search) -> Vec<String> {
        search.found.iter().map(|found| found.name("{cn}")).collect()
    }

    #[test]
    fn a_directory_gives_each_leaf_once_with_its_chain_and_no_ca_alone() {
        let home = tempfile::TempDir::new().unwrap();
        let ((web, web_ca), (api, api_ca)) = (chain("web.example"), chain("api.example"));
        let sub = home.path().join("sub");
        std::fs::create_dir(&sub).unwrap();
        std::fs::write(home.path().join("all.pem"), format!("{web}{web_ca}{api}{api_ca}")).unwrap();
        std::fs::write(sub.join("web-again.crt"), &web).unwrap();
        std::fs::write(sub.join("ca.crt"), &web_ca).unwrap();
        std::fs::write(sub.join("key.pem"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
        std::fs::write(
            sub.join("broken.pem"),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )
        .unwrap();
        let search = search([home.path().to_owned()].iter()).unwrap();
        assert_eq!(names(&search), ["web.example", "api.example"]);
        assert_eq!(search.found[0].pem.matches("BEGIN").count(), 2);
        let notes = search.notes.join("\n");
        assert!(notes.contains("broken.pem") && notes.contains("left out the CA certificate"), "{notes}");
    }

    #[test]
    fn of_certbot_the_current_certificate_of_each_name_is_taken() {
        let home = tempfile::TempDir::new().unwrap();
        let (live, archive) = (home.path().join("live/web"), home.path().join("archive/web"));
        for directory in [&live, &archive, &home.path().join("renewal")] {
            std::fs::create_dir_all(directory).unwrap();
        }
        for (file, name) in [("fullchain1.pem", "old.example"), ("fullchain2.pem", "web.example")] {
            let (leaf, ca) = chain(name);
            std::fs::write(archive.join(file), format!("{leaf}{ca}")).unwrap();
        }
        std::os::unix::fs::symlink("../../archive/web/fullchain2.pem", live.join("fullchain.pem")).unwrap();
        for directory in [home.path().to_owned(), home.path().join("live")] {
            let search = search([directory].iter()).unwrap();
            assert_eq!(names(&search), ["web.example"]);
        }
    }

    #[test]
    fn a_named_file_must_hold_a_certificate() {
        let home = tempfile::TempDir::new().unwrap();
        let file = home.path().join("notes.txt");
        std::fs::write(&file, "nothing").unwrap();
        assert!(search([file].iter()).unwrap_err().to_string().contains("holds no certificate"));
    }
}
