//! Sealed values open in their own place, with their own key, and nowhere else.

use super::*;
use proptest::prelude::*;

const PLACE: SealContext<'static> = SealContext { table: "ca_keys", row_id: "cak-1", column: "sealed_key" };

fn keyring(lines: &[&SecretString]) -> Keyring {
    let text: String = lines.iter().map(|line| line.expose()).collect();
    Keyring::from_key_file(&SecretString::new(text)).unwrap()
}

#[test]
fn after_a_rotation_old_values_open_and_resealing_moves_them_to_the_current_key() {
    let (old, new) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
    let sealed = keyring(&[&old]).seal(&PLACE, b"secret").unwrap();

    let both = keyring(&[&new, &old]);
    assert!(both.needs_reseal(&sealed).unwrap());
    let opened = both.open(&PLACE, &sealed).unwrap();
    assert_eq!(opened.expose(), b"secret");
    let resealed = both.seal(&PLACE, opened.expose()).unwrap();
    assert!(!both.needs_reseal(&resealed).unwrap());

    let only_new = keyring(&[&new]);
    assert_eq!(only_new.open(&PLACE, &resealed).unwrap().expose(), b"secret");
    let error = only_new.open(&PLACE, &sealed).unwrap_err();
    let key_id = keyring(&[&old]).current_key_id();
    assert!(error.to_string().contains(&key_id.to_string()), "{error}");
}

#[test]
fn a_value_does_not_open_in_another_cell() {
    let ring = keyring(&[&MasterKey::generate().unwrap()]);
    let sealed = ring.seal(&PLACE, b"secret").unwrap();
    for other in [
        SealContext { table: "issuers", ..PLACE },
        SealContext { row_id: "cak-2", ..PLACE },
        SealContext { column: "config", ..PLACE },
    ] {
        assert!(matches!(ring.open(&other, &sealed), Err(Error::Corrupt)), "{other:?}");
    }
}

#[test]
fn the_same_plaintext_never_seals_to_the_same_bytes() {
    let ring = keyring(&[&MasterKey::generate().unwrap()]);
    assert_ne!(ring.seal(&PLACE, b"x").unwrap(), ring.seal(&PLACE, b"x").unwrap());
}

#[test]
fn a_passphrase_gives_the_same_key_each_time_and_short_ones_are_refused() {
    let passphrase = SecretString::new("0123456789abcdef0123456789abcdef");
    let ring = || Keyring::new(MasterKey::from_passphrase(&passphrase).unwrap(), vec![]);
    let sealed = ring().seal(&PLACE, b"secret").unwrap();
    assert_eq!(ring().open(&PLACE, &sealed).unwrap().expose(), b"secret");

    let short = MasterKey::from_passphrase(&SecretString::new("0123456789abcdef0123456789abcde"));
    assert!(matches!(short, Err(Error::WeakPassphrase { length: 31 })));
}

#[test]
fn a_key_file_with_a_bad_line_names_the_line_and_not_its_content() {
    let good = MasterKey::generate().unwrap();
    for bad in ["bm90IDMyIGJ5dGVz", "%%%"] {
        let text = format!("# current\n{}{bad}\n", good.expose());
        let error = Keyring::from_key_file(&SecretString::new(text)).unwrap_err();
        assert!(matches!(error, Error::MalformedMasterKey { line: 3 }), "{error}");
        assert!(!error.to_string().contains(bad));
    }
    assert!(matches!(Keyring::from_key_file(&SecretString::new("# none\n\n")), Err(Error::NoMasterKey)));
}

#[test]
fn debug_output_names_keys_by_id_only() {
    let line = MasterKey::generate().unwrap();
    let ring = keyring(&[&line]);
    let shown = format!("{ring:?}");
    assert!(shown.contains(&ring.current_key_id().to_string()));
    assert!(!shown.contains(line.expose().trim()));
}

proptest! {
    #[test]
    fn sealing_and_opening_is_the_identity(plaintext in prop::collection::vec(any::<u8>(), 0..500)) {
        let ring = keyring(&[&MasterKey::generate().unwrap()]);
        let sealed = ring.seal(&PLACE, &plaintext).unwrap();
        let opened = ring.open(&PLACE, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), plaintext.as_slice());
    }

    #[test]
    fn any_flipped_bit_and_any_truncation_is_noticed(
        plaintext in prop::collection::vec(any::<u8>(), 0..64), at in any::<prop::sample::Index>(), bit in 0..8,
    ) {
        let ring = keyring(&[&MasterKey::generate().unwrap()]);
        let sealed = ring.seal(&PLACE, &plaintext).unwrap();
        let mut flipped = sealed.clone();
        flipped[at.index(sealed.len())] ^= 1_u8 << bit;
        prop_assert!(ring.open(&PLACE, &flipped).is_err());
        prop_assert!(ring.open(&PLACE, &sealed[..at.index(sealed.len())]).is_err());
    }

    #[test]
    fn arbitrary_bytes_never_open(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let ring = keyring(&[&MasterKey::generate().unwrap()]);
        prop_assert!(ring.open(&PLACE, &bytes).is_err());
        let _ = ring.needs_reseal(&bytes);
    }
}
