//! Servers that are not there, not willing or not able: a clear error, and the right exit code.

use std::net::TcpListener;

use crate::desk::{Answer, Desk};
use crate::server::Server;
use crate::worker;

fn errors(answer: &Answer) -> (Option<i32>, &str) {
    assert_eq!(answer.output, "", "nothing is told that is not known");
    (answer.code, answer.errors.as_str())
}

#[test]
fn what_is_no_server_is_said_at_once() {
    let desk = Desk::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let expected = format!(
        "error: nats://127.0.0.1:{port} does not answer: Connection refused (os error 111)\n  \
         is it running? on Debian: apt install nats-server; nats-server -js\n"
    );
    for line in ["run small.yaml --on", "worker --nats", "workers --on", "sweep small.yaml --vary lasts=9s,10s --on"] {
        let answer = desk.pbxsim(&format!("{line} nats://anna:geheim@127.0.0.1:{port}"));
        assert_eq!(errors(&answer), (Some(3), expected.as_str()), "{line}");
    }
    let answer = desk.pbxsim("run small.yaml --on http://anna:geheim@x");
    let expected = "error: \"http://x\" is no address of a NATS server\n  \
                    for example nats://127.0.0.1:4222; several servers of a cluster with commas\n";
    assert_eq!(errors(&answer), (Some(2), expected));
    let answer = desk.pbxsim("worker");
    let expected = "error: at which NATS server?\n  for example pbxsim worker --nats nats://127.0.0.1:4222\n";
    assert_eq!(errors(&answer), (Some(2), expected));
    assert_eq!(desk.pbxsim("run small.yaml --jobs 2 --on x").code, Some(2), "threads here, or workers there");
    assert!(desk.runs().is_empty());
}

#[test]
fn a_server_without_jetstream_cannot_keep_work() {
    let (desk, server) = (Desk::new(), Server::with(""));
    let answer = desk.pbxsim(&format!("run small.yaml --on {}", server.url()));
    let expected = format!(
        "error: {} has no JetStream: it can carry messages but not keep them\n  \
         start it with JetStream: nats-server -js\n",
        server.url()
    );
    assert_eq!(errors(&answer), (Some(3), expected.as_str()));
}

#[test]
fn credentials_are_asked_for_passed_on_and_never_shown() {
    let desk = Desk::new();
    let server = Server::with("jetstream { store_dir: STORE }\nauthorization { user: anna, password: geheim }\n");
    let url = server.url();
    let inside = |user: &str| url.replace("nats://", &format!("nats://{user}@"));
    for wrong in [url.clone(), inside("anna:falsch")] {
        let answer = desk.pbxsim(&format!("run small.yaml --on {wrong}"));
        let (code, errors) = errors(&answer);
        assert!(code == Some(3) && errors.starts_with(&format!("error: {url} does not let us in: ")), "{errors}");
        assert!(!errors.contains("falsch"), "{errors}");
    }
    let _worker = crate::Peer::start(
        desk.command(&format!("worker --nats {url} --jobs 1")).env("NATS_USER", "anna").env("NATS_PASSWORD", "geheim"),
    );
    let answer = desk.pbxsim(&format!("run small.yaml --on {}", inside("anna:geheim")));
    assert_eq!(answer.code, Some(0), "{}", answer.errors);
    assert!(!format!("{}{}", answer.output, answer.errors).contains("geheim"));
    let logged =
        Answer::of(desk.command(&format!("run small.yaml --on {}", inside("anna:geheim"))).env("PBXSIM_LOG", "trace"));
    assert!(
        logged.code == Some(0) && logged.errors.len() > 1000 && !logged.errors.contains("geheim"),
        "a log tells it"
    );
}

#[test]
fn a_server_with_encryption_is_believed_by_its_certificate_only() {
    let desk = Desk::new();
    let made = desk.shell(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem \
         -out cert.pem -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=CA:FALSE",
    );
    assert_eq!(made.code, Some(0), "{}", made.errors);
    let file = |name: &str| desk.path().join(name).display().to_string();
    let server = Server::with(&format!(
        "jetstream {{ store_dir: STORE }}\ntls {{ cert_file: \"{}\", key_file: \"{}\" }}\n",
        file("cert.pem"),
        file("key.pem")
    ));
    let url = server.url().replace("nats://", "tls://");
    let stranger = desk.pbxsim(&format!("run small.yaml --on {url}"));
    assert_eq!(stranger.code, Some(3), "{}", stranger.errors);
    assert!(stranger.errors.starts_with(&format!("error: {url} does not let us in: TLS: ")), "{}", stranger.errors);
    let trusting = |line: &str| {
        let mut command = desk.command(line);
        command.env("NATS_CA", file("cert.pem"));
        command
    };
    let _worker = crate::Peer::start(&mut trusting(&format!("worker --nats {url} --jobs 1")));
    let answer = Answer::of(&mut trusting(&format!("run small.yaml --on {url}")));
    assert_eq!(answer.code, Some(0), "{}", answer.errors);
}

#[test]
fn a_server_that_is_full_is_said_and_nothing_is_lost() {
    let desk = Desk::new();
    let mut server = Server::with("jetstream { store_dir: STORE, max_file_store: 3000 }\n");
    let _worker = worker(&desk, &server);
    let answer = desk.pbxsim(&format!("run small.yaml --seeds 40 --on {}", server.url()));
    let (code, errors) = errors(&answer);
    let expected = format!("error: {} does not take what is sent: ", server.url());
    assert!(code == Some(3) && errors.lines().any(|line| line.starts_with(&expected)), "{errors}");
    assert!(desk.runs().is_empty());
    server.kill();
}

#[test]
fn a_server_for_small_messages_only_is_of_no_use() {
    let (desk, server) = (Desk::new(), Server::with("jetstream { store_dir: STORE }\nmax_payload: 500\n"));
    let answer = desk.pbxsim(&format!("run small.yaml --on {}", server.url()));
    let expected = format!("error: {} takes messages of at most 500 bytes; 1024 are needed\n", server.url());
    assert_eq!(errors(&answer), (Some(3), expected.as_str()));
}
