//! A renewal window as a part of the lifetime.

use std::time::Duration;

/// More than 0 and at most 0.9, kept in millionths so that it compares and stores exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowFraction(u32);

const WHOLE: u32 = 1_000_000;
const LARGEST: u32 = 900_000;

/// Why a number is no window fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be more than 0 and at most 0.9, with at most six decimals")]
pub struct InvalidFraction;

impl WindowFraction {
    /// From millionths, 1 to 900000.
    pub const fn from_millionths(millionths: u32) -> Result<Self, InvalidFraction> {
        if millionths == 0 || millionths > LARGEST { Err(InvalidFraction) } else { Ok(Self(millionths)) }
    }

    /// Millionths.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// The number itself.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }

    /// This part of `whole`.
    pub fn of(self, whole: Duration) -> Duration {
        whole.mul_f64(self.as_f64())
    }
}

impl TryFrom<f64> for WindowFraction {
    type Error = InvalidFraction;

    fn try_from(number: f64) -> Result<Self, InvalidFraction> {
        let scaled = number * f64::from(WHOLE);
        let rounded = scaled.round();
        if !rounded.is_finite()
            || (scaled - rounded).abs() > 1e-6
            || !(1.0..=f64::from(LARGEST)).contains(&rounded)
        {
            return Err(InvalidFraction);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 1 to 900000"
        )]
        Self::from_millionths(rounded as u32)
    }
}

impl serde::Serialize for WindowFraction {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_f64())
    }
}

impl<'de> serde::Deserialize<'de> for WindowFraction {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = <f64 as serde::Deserialize>::deserialize(deserializer)?;
        Self::try_from(number).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for WindowFraction {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Number)
            .exclusive_minimum(Some(0))
            .maximum(Some(0.9))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for WindowFraction {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were_and_others_are_refused() {
        for number in [0.000_001, 0.333_333, 0.5, 0.9] {
            assert!((WindowFraction::try_from(number).unwrap().as_f64() - number).abs() < f64::EPSILON);
        }
        for number in [0.0, -0.1, 0.900_001, 0.333_333_3, f64::NAN, f64::INFINITY] {
            assert_eq!(WindowFraction::try_from(number), Err(InvalidFraction), "{number}");
        }
    }
}
