//! Processes that come and go with a test, and ports for them.

use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::desk::Desk;

/// A process that is ended with its owner.
pub(crate) struct Peer {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Peer {
    /// Starts it; what it says on standard output can be read.
    pub(crate) fn start(command: &mut Command) -> Self {
        let started = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = started.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, output }
    }

    /// The next line it says.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line
    }

    /// Sends a signal: `INT`, `STOP`, `CONT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{name}");
    }

    /// Waits for its end: the exit code, and what it has said since.
    pub(crate) fn end(&mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.output.read_to_string(&mut said).expect("text");
        (self.child.wait().expect("it ends").code(), said)
    }
}

/// Lets real time pass.
pub(crate) fn pass(seconds: &str) {
    assert!(Command::new("sleep").arg(seconds).status().is_ok_and(|status| status.success()));
}

/// A UDP port that is free now.
pub(crate) fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// `pbxsim serve FILE`, ready; with the address of its only node.
pub(crate) fn serve(desk: &Desk, file: &str) -> (Peer, String) {
    let mut peer = Peer::start(&mut desk.command(&format!("serve {file} --listen 127.0.0.1:0")));
    let line = peer.line();
    let address = line.split_whitespace().next_back().expect("an address").to_owned();
    (peer, address)
}
