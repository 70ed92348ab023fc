//! A nats-server of one's own, on a port and in a folder that go with the test.

use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A server that can be killed and started again where it was.
pub(crate) struct Server {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    /// With JetStream and no limits.
    pub(crate) fn start() -> Self {
        Self::with("jetstream { store_dir: STORE }\n")
    }

    /// With this configuration; `STORE` is its folder for streams.
    pub(crate) fn with(configuration: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let store = format!("\"{}\"", folder.path().join("store").display());
        let configuration =
            configuration.replace("STORE", &store).replace("HERE", &folder.path().display().to_string());
        fs::write(folder.path().join("nats.conf"), configuration).expect("a file");
        let mut server = Self { folder, port: free_port(), child: None };
        server.again();
        server
    }

    /// Starts it where it was, and waits until it listens.
    pub(crate) fn again(&mut self) {
        let mut command = Command::new(program());
        command
            .args(["-a", "127.0.0.1", "-p", &self.port.to_string(), "-c", "nats.conf"])
            .current_dir(self.folder.path());
        let log = fs::File::create(self.folder.path().join("log")).expect("a file");
        command.stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("nats-server of Debian's package nats-server starts"));
        for _ in 0..200 {
            if self.greets() {
                return;
            }
            let ended = self.child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|ended| ended.is_some()));
            if ended {
                // Somebody else has taken the port meanwhile: another test, or a connection of one.
                self.port = free_port();
                return self.again();
            }
            wait(50);
        }
        panic!(
            "nats-server does not listen: {}",
            fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
        );
    }

    /// Whether it is NATS that listens there: it speaks first.
    fn greets(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let mut word = [0; 5];
        let patience = stream.set_read_timeout(Some(Duration::from_secs(2)));
        patience.is_ok() && stream.read_exact(&mut word).is_ok() && &word == b"INFO "
    }

    /// As a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// Lets real time pass.
pub(crate) fn wait(milliseconds: u64) {
    let (_sender, receiver) = std::sync::mpsc::channel::<()>();
    let _ = receiver.recv_timeout(Duration::from_millis(milliseconds));
}

/// Debian keeps it where only the administrator's PATH looks.
fn program() -> &'static str {
    let debian = "/usr/sbin/nats-server";
    if Path::new(debian).exists() { debian } else { "nats-server" }
}
