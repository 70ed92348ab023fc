//! How sure a verdict is: intervals within one run and across seeds (statistics §1 and §2).
//!
//! Logarithms, exponentials and the error function come from the crate `libm` and sums run in a fixed order, so that
//! the same counts give the same bits on every machine; `sqrt` is exact everywhere.

pub mod batches;
pub mod distributions;
pub mod gauge;
pub mod holm;
pub mod interval;
pub mod noncentral;
pub mod pairs;
pub mod power;
pub mod quantile;
pub mod sequential;
pub mod tolerance;
