//! Serial numbers as text: what parses is canonical and parses again to the same number.
#![no_main]

use certctl_pki::Serial;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(serial) = text.parse::<Serial>() {
        assert_eq!(serial.to_string().parse::<Serial>().ok(), Some(serial));
    }
});
