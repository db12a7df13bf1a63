//! SQLite's files: who may read them, who may use them, and how they are backed up.

use certctl_repository::{PageRequest, Store, StoreError};
use certctl_repository_diesel::{BackupError, DatabaseOptions, DatabaseUrl, DieselStore, OpenError, open};
use certctl_testkit::{TestStore, build, seed_basics};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

async fn open_file(path: &Path) -> Result<DieselStore, OpenError> {
    open(DatabaseOptions::new(DatabaseUrl::sqlite(path))).await
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn only_the_owner_can_read_the_database() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("data/inner/certctl.db");
    let database = open_file(&path).await.unwrap();
    seed_basics(&Store::new(Arc::new(database))).await;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&home.path().join("data")), 0o700);
    for file in path.parent().unwrap().read_dir().unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_second_process_is_sent_to_postgresql() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("certctl.db");
    let first = open_file(&path).await.unwrap();
    let refused = open_file(&path).await.unwrap_err();
    assert!(matches!(refused, OpenError::InUse { .. }), "{refused:?}");
    assert!(refused.hint().contains("PostgreSQL"), "{}", refused.hint());
    drop(first);
    open_file(&path).await.unwrap();
}

#[tokio::test]
async fn a_backup_is_a_private_database_of_its_own() {
    let db = TestStore::sqlite().await;
    seed_basics(db.store()).await;
    let home = tempfile::tempdir().unwrap();
    let copy = home.path().join("it's a backup.db");
    db.database().backup_to(&copy).await.unwrap();
    assert_eq!(mode(&copy), 0o600);
    let again = db.database().backup_to(&copy).await.unwrap_err();
    assert!(matches!(again, BackupError::Exists { .. }), "{again:?}");
    let nowhere = db.database().backup_to(&home.path().join("none/x.db")).await.unwrap_err();
    assert!(matches!(nowhere, BackupError::File { .. }), "{nowhere:?}");

    let restored = Store::new(Arc::new(open_file(&copy).await.unwrap()));
    let found: Result<_, StoreError> = restored
        .read("test.restored", |tx| {
            let targets = tx.targets().find(&build::id(build::TARGET))?;
            Ok((targets, tx.teams().list(&PageRequest::first(5))?.total))
        })
        .await;
    assert_eq!(found.unwrap(), (Some(build::target(build::TARGET)), 1));
}

#[tokio::test]
async fn postgresql_is_backed_up_with_its_own_tools() {
    let db = TestStore::postgres().await;
    let refused = db.database().backup_to(Path::new("/nonexistent/x")).await.unwrap_err();
    assert!(matches!(refused, BackupError::UsePgDump), "{refused:?}");
    assert!(refused.to_string().contains("pg_dump"));
}

#[tokio::test]
async fn an_unusable_directory_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::File::create(&file).unwrap();
    let refused = open_file(&file.join("certctl.db")).await.unwrap_err();
    assert!(matches!(refused, OpenError::File { .. }), "{refused:?}");
    assert!(refused.to_string().contains(file.to_str().unwrap()), "{refused}");
}
