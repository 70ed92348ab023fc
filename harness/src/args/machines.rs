//! Arguments of the verbs about many machines: `worker`, `workers`.

use std::num::NonZeroUsize;

use clap::Parser;

/// `pbxsim worker`.
#[derive(Debug, Parser)]
pub(crate) struct Worker {
    /// The NATS server that hands out the work: nats://127.0.0.1:4222, tls://…;
    /// credentials as in the address or in NATS_USER and NATS_PASSWORD, NATS_TOKEN,
    /// NATS_CREDS, NATS_CA, NATS_CERT and NATS_KEY
    #[arg(long, value_name = "URL")]
    pub(crate) nats: Option<String>,
    /// Runs at a time [default: one per core]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
}

/// `pbxsim workers`.
#[derive(Debug, Parser)]
pub(crate) struct Workers {
    /// The NATS server they work for
    #[arg(long, value_name = "URL")]
    pub(crate) on: Option<String>,
}
