//! A target that a user's command starts: a process of its own group on a free port, gone with us.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};

/// A running target; dropped, it is stopped with all it has started.
pub(crate) struct Target {
    child: Child,
    log: File,
}

impl Target {
    /// Starts a command of the shell.
    pub(crate) fn start(command: &str) -> io::Result<Self> {
        let log = tempfile()?;
        let mut shell = shell(command);
        shell.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
        Ok(Self { child: shell.spawn()?, log })
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// What it has written.
    pub(crate) fn said(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = self.log.rewind().and_then(|()| self.log.read_to_end(&mut bytes));
        read.map_or_else(|error| error.to_string(), |_| String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            // It is only started to be measured: nothing it could still do is wanted.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command line as the user's shell reads it.
pub(crate) fn shell(command: &str) -> Command {
    let mut shell = Command::new(if cfg!(windows) { "cmd" } else { "sh" });
    shell.args([if cfg!(windows) { "/C" } else { "-c" }, command]);
    shell
}

/// A loopback address that nobody uses at the moment.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// A file without a name.
fn tempfile() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("pbxsim-{}-target.log", std::process::id()));
    let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}
