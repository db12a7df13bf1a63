//! Certificate serial numbers in one canonical form.

use crate::Error;
use der::asn1::Int;
use std::fmt;
use std::str::FromStr;

/// RFC 5280 §4.1.2.2: at most 20 octets.
const MAX_OCTETS: usize = 20;

/// A serial number: not negative, at most 20 octets. Displays, parses and is stored as lower-case
/// hex of even length without leading zero octets (zero itself is `00`), so that texts are equal
/// exactly when numbers are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial(Vec<u8>);

impl Serial {
    /// A new random serial number of exactly 20 octets with 158 random bits: the top bit stays
    /// clear so that it is positive, the next one is set so that the length never varies.
    pub fn random() -> Result<Self, Error> {
        let mut octets = certctl_crypto::random_bytes::<MAX_OCTETS>().map_err(Error::Crypto)?;
        if let Some(top) = octets.first_mut() {
            *top = (*top & 0x7f) | 0x40;
        }
        Ok(Self(octets.to_vec()))
    }

    /// From the magnitude as big-endian octets; leading zero octets are dropped.
    pub fn from_octets(octets: &[u8]) -> Result<Self, Error> {
        let start = octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len());
        let significant = octets.get(start..).unwrap_or_default();
        if significant.len() > MAX_OCTETS {
            return Err(Error::InvalidSerial { reason: "it has more than 20 octets" });
        }
        Ok(Self(if significant.is_empty() { vec![0] } else { significant.to_vec() }))
    }

    /// From the content octets of a DER INTEGER (two's complement).
    pub fn from_integer(content: &[u8]) -> Result<Self, Error> {
        match content.first() {
            None => Err(Error::InvalidSerial { reason: "it is empty" }),
            Some(top) if *top >= 0x80 => Err(Error::InvalidSerial { reason: "it is negative" }),
            Some(_) => Self::from_octets(content),
        }
    }

    /// Big-endian magnitude without leading zero octets.
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn to_int(&self) -> der::Result<Int> {
        let sign: &[u8] = if self.0.first().is_some_and(|top| *top >= 0x80) { &[0] } else { &[] };
        Int::new(&[sign, &self.0].concat())
    }
}

impl FromStr for Serial {
    type Err = Error;

    /// Accepts what tools print: either case, colons or spaces between octets, leading zeros, an
    /// odd number of digits, `0x` in front.
    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        if text.len() > 128 {
            return Err(Error::InvalidSerial { reason: "it has more than 20 octets" });
        }
        let mut digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
        if digits.is_empty() {
            return Err(Error::InvalidSerial { reason: "it is empty" });
        }
        if !digits.len().is_multiple_of(2) {
            digits.insert(0, '0');
        }
        let octets =
            hex::decode(&digits).or(Err(Error::InvalidSerial { reason: "it is not hexadecimal" }))?;
        Self::from_octets(&octets)
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex::encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn different_spellings_of_one_number_are_equal() {
        let canonical: Serial = "0abc".parse().unwrap();
        for text in ["ABC", "0A:BC", "0x0abc", "00 00 0a bc", " abc "] {
            assert_eq!(text.parse::<Serial>().unwrap(), canonical, "{text}");
        }
        assert_eq!(canonical.to_string(), "0abc");
        assert_eq!("0".parse::<Serial>().unwrap().to_string(), "00");
    }

    #[test]
    fn what_is_no_serial_number_is_refused() {
        let long = "11".repeat(21);
        for text in ["", ":", "xyz", "-1", long.as_str()] {
            assert!(text.parse::<Serial>().is_err(), "{text:?}");
        }
        assert!(Serial::from_integer(&[0x80]).is_err());
        assert!(Serial::from_integer(&[]).is_err());
    }

    #[test]
    fn random_serials_are_positive_twenty_octets_and_differ() {
        let (one, two) = (Serial::random().unwrap(), Serial::random().unwrap());
        assert_ne!(one, two);
        for serial in [one, two] {
            assert_eq!(serial.as_octets().len(), 20);
            assert_eq!(serial.as_octets()[0] & 0xc0, 0x40);
            assert_eq!(serial.to_string().len(), 40);
        }
    }

    proptest! {
        #[test]
        fn text_and_integer_forms_give_the_number_back(octets in prop::collection::vec(any::<u8>(), 0..21)) {
            let serial = Serial::from_octets(&octets).unwrap();
            prop_assert_eq!(&serial.to_string().parse::<Serial>().unwrap(), &serial);
            let integer = serial.to_int().unwrap();
            prop_assert_eq!(&Serial::from_integer(integer.as_bytes()).unwrap(), &serial);
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*") {
            let _ = text.parse::<Serial>();
        }
    }
}
