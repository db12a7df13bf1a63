//! What a scraper and a log reader see.

#[cfg(test)]
mod logs;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod observability;
