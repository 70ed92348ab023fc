//! Logs for whoever looks for a mistake in pbxsim: on standard error, silent unless `PBXSIM_LOG` asks for them.

use tracing_subscriber::EnvFilter;

use crate::screen;

/// Starts logging as `PBXSIM_LOG` says: `info`, `debug`, or any filter of tracing-subscriber.
pub(crate) fn start() {
    let Ok(wanted) = std::env::var(VARIABLE) else { return };
    match EnvFilter::try_new(&wanted) {
        Ok(filter) => tracing_subscriber::fmt()
            // What it says at every octet holds passwords.
            .with_env_filter(filter.add_directive(SILENT.parse().expect("a directive")))
            .with_writer(std::io::stderr)
            .with_ansi(false)
            .without_time()
            .init(),
        Err(error) => screen::tell(&format!("warning: {VARIABLE}={wanted} is ignored: {error}\n")),
    }
}

const VARIABLE: &str = "PBXSIM_LOG";
const SILENT: &str = "async_nats::connection=info";
