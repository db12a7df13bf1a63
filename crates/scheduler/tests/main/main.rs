//! Behaviour of workers and reconcilers as operators see it, on paused time.

#[cfg(test)]
mod fakes;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod reconcilers;
#[cfg(test)]
mod workers;
