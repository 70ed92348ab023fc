//! Where a NATS server is and how to be let in: what is typed, and what the environment adds.

use super::trouble::Trouble;

/// One server, or several of a cluster, with credentials. Shown without them.
#[derive(Clone)]
pub struct Place {
    /// Without names and passwords.
    pub(super) servers: Vec<String>,
    pub(super) credentials: Credentials,
}

/// As the command line of NATS names them in the environment.
#[derive(Clone, Default)]
pub(super) struct Credentials {
    pub(super) user: Option<(String, String)>,
    pub(super) token: Option<String>,
    /// A file with a JWT and an nkey.
    pub(super) file: Option<String>,
    /// Certificates that are trusted, beside those of the system.
    pub(super) authority: Option<String>,
    /// A certificate of our own, and its key.
    pub(super) certificate: Option<(String, String)>,
}

impl Place {
    /// Reads `nats://HOST:PORT`, or several with commas; `variable` looks a name up in the environment.
    ///
    /// # Errors
    /// What is no address, and half a pair of variables.
    pub fn new(typed: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Trouble> {
        let servers: Vec<String> = typed.split(',').map(|server| server.trim().to_owned()).collect();
        if let Some(wrong) = servers.iter().find(|server| !is_address(server)) {
            return Err(Trouble::Address(without_secrets(wrong)));
        }
        let inside = servers.iter().find_map(|server| Some(parts(server).1?.to_owned()));
        let (user, token) = match inside.as_deref().map(|inside| inside.split_once(':')) {
            Some(Some((user, password))) => (Some((user.to_owned(), password.to_owned())), None),
            Some(None) => (None, inside),
            None => (None, None),
        };
        let servers = servers.iter().map(|server| without_secrets(server)).collect();
        let pair = |first: &str, second: &str| match (variable(first), variable(second)) {
            (Some(one), Some(other)) => Ok(Some((one, other))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(Trouble::Credentials(format!("{first} is set and {second} is not"))),
            (None, Some(_)) => Err(Trouble::Credentials(format!("{second} is set and {first} is not"))),
        };
        let credentials = Credentials {
            user: user.or(pair("NATS_USER", "NATS_PASSWORD")?),
            token: token.or_else(|| variable("NATS_TOKEN")),
            file: variable("NATS_CREDS"),
            authority: variable("NATS_CA"),
            certificate: pair("NATS_CERT", "NATS_KEY")?,
        };
        Ok(Self { servers, credentials })
    }

    /// The address without names and passwords.
    pub fn shown(&self) -> String {
        self.servers.join(",")
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

fn is_address(server: &str) -> bool {
    let (scheme, _, host) = parts(server);
    let host = if scheme.is_none_or(|scheme| SCHEMES.contains(&scheme)) { host.trim_end_matches('/') } else { "" };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse::<u16>().is_ok()),
        _ => (host, true),
    };
    port && !name.is_empty() && !name.contains(|char: char| char.is_whitespace() || char == '/')
}

fn without_secrets(server: &str) -> String {
    let (scheme, _, host) = parts(server);
    scheme.map_or_else(|| host.to_owned(), |scheme| format!("{scheme}://{host}"))
}

/// Scheme, `USER:PASSWORD` or a token, and the rest.
fn parts(server: &str) -> (Option<&str>, Option<&str>, &str) {
    let (scheme, rest) = server.split_once("://").map_or((None, server), |(scheme, rest)| (Some(scheme), rest));
    rest.rsplit_once('@').map_or((scheme, None, rest), |(inside, host)| (scheme, Some(inside), host))
}

const SCHEMES: [&str; 2] = ["nats", "tls"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_shown() {
        let place = Place::new("nats://anna:geheim@10.0.0.1:4222, tls://s3cret@nats.example", |_| None).unwrap();
        assert_eq!(place.shown(), "nats://10.0.0.1:4222,tls://nats.example");
        assert_eq!(format!("{place:?}"), place.shown());
        assert_eq!(place.credentials.user, Some(("anna".to_owned(), "geheim".to_owned())));
        assert_eq!(Place::new("nats://s3cret@a", |_| None).unwrap().credentials.token.as_deref(), Some("s3cret"));
        let wrong = Place::new("http://anna:geheim@10.0.0.1", |_| None).unwrap_err();
        assert_eq!(wrong.to_string(), "\"http://10.0.0.1\" is no address of a NATS server");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for good in ["127.0.0.1", "nats://127.0.0.1:4222", "localhost:4222", "tls://[::1]:4222", "nats://[::1]", "a,b"]
        {
            assert!(Place::new(good, |_| None).is_ok(), "{good}");
        }
        for wrong in
            ["", "nats://", "nats://:4222", "http://a", "nats://a:port", "a b", "nats://a/b", "a,,b", "a:99999"]
        {
            assert!(Place::new(wrong, |_| None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn half_a_pair_of_variables_is_a_mistake() {
        let trouble = Place::new("a", |name| (name == "NATS_CERT").then(|| "x".to_owned())).unwrap_err();
        assert_eq!(trouble.to_string(), "NATS_CERT is set and NATS_KEY is not");
        let place = Place::new("a", |name| Some(name.to_lowercase())).unwrap();
        assert_eq!(place.credentials.user, Some(("nats_user".to_owned(), "nats_password".to_owned())));
    }
}
