//! Behaviour of the lifecycle as a binary sees it.

#[cfg(test)]
mod failure;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod tasks;
