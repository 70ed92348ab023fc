//! Ctrl-C: the first asks the run to stop and to keep what it has, the second ends pbxsim at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::INTERRUPTED;
use crate::screen;

/// A flag that the first Ctrl-C (or termination signal) raises.
pub(crate) fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let installed = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
        screen::tell("\nstopping; Ctrl-C again ends at once, without a run file\n");
    });
    if let Err(error) = installed {
        tracing::warn!(%error, "an interrupt will end the run without a partial run file");
    }
    flag
}
