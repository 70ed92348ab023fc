//! Ctrl-C: the first asks the run to stop and to keep what it has, the second ends pbxsim at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::INTERRUPTED;
use crate::screen;

/// A flag that the first Ctrl-C (or termination signal) raises.
pub(crate) fn flag() -> Arc<AtomicBool> {
    flag_saying("stopping; Ctrl-C again ends at once, without a run file")
}

/// The same; what is said then.
pub(crate) fn flag_saying(what: &'static str) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let installed = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
        screen::tell(&format!("\n{what}\n"));
    });
    if let Err(error) = installed {
        tracing::warn!(%error, "an interrupt will end the run without a partial run file");
    }
    flag
}
