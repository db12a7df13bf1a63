//! The error of a state machine that was asked for a step it does not have.

/// An event that is not legal in the state it met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{entity} in state {from} does not accept {event}")]
pub struct InvalidTransition {
    /// Kind of the object, for example `certificate`.
    pub entity: &'static str,
    /// Text of the state the object is in.
    pub from: &'static str,
    /// Name of the refused event.
    pub event: &'static str,
}
