//! By which of our sockets something comes and goes.

/// A socket of ours, or a connection of it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Line {
    /// Of datagrams and of whoever listens: the socket's place. Of endpoints' connections: the endpoint.
    pub socket: usize,
    /// Whether it is a connection.
    pub is_stream: bool,
}

impl Line {
    /// Datagrams of a socket.
    pub const fn datagrams(socket: usize) -> Self {
        Self { socket, is_stream: false }
    }

    /// Connections of a socket, or of an endpoint.
    pub const fn stream(socket: usize) -> Self {
        Self { socket, is_stream: true }
    }

    /// As a Via says it.
    pub const fn transport(self) -> &'static str {
        if self.is_stream { "TCP" } else { "UDP" }
    }

    /// What a URI says beside host and port.
    pub const fn parameter(self) -> &'static str {
        if self.is_stream { ";transport=tcp" } else { "" }
    }
}
