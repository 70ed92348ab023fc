//! Claim: reading a REGISTER with credentials, and all that a registrar looks at in it, costs at most 2 µs, less than the
//! system call that brought it.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use simulator::sip::text::answer::{Answer, Back};
use simulator::sip::text::digest::{Asked, Hash, Protection, Use, authorize, choose, ha1, is_right};
use simulator::sip::text::message::Message;
use simulator::sip::text::method::Method;
use simulator::sip::text::name::Name;
use simulator::sip::text::verdict::{Abilities, judge};

const REGISTER: &[u8] = b"REGISTER sip:pbx.example.com;transport=udp SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.14:5062;rport;branch=z9hG4bKPj4f7f2f4e6b9d4d0a8f7a1c2b3d4e5f60\r\n\
    Max-Forwards: 70\r\n\
    From: \"Desk 1873\" <sip:1873@pbx.example.com>;tag=9b7e6d5c4b3a29180f\r\n\
    To: \"Desk 1873\" <sip:1873@pbx.example.com>\r\n\
    Call-ID: 7c9e6679-7425-40de-944b-e07fc1f90ae7@192.0.2.14\r\n\
    CSeq: 20731 REGISTER\r\n\
    Contact: <sip:1873@192.0.2.14:5062;ob>;+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\";reg-id=1\r\n\
    Expires: 600\r\n\
    Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, NOTIFY, REFER, MESSAGE, PRACK\r\n\
    Supported: replaces, 100rel, timer, path, outbound\r\n\
    User-Agent: pbxsim\r\n\
    Authorization: Digest username=\"1873\", realm=\"pbx.example.com\", nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4Gi\", \
    uri=\"sip:pbx.example.com;transport=udp\", response=\"8ca523f5e9506fed4657c9700eebdbec\", algorithm=MD5, \
    cnonce=\"0a4f113b\", qop=auth, nc=00000001\r\n\
    Content-Length: 0\r\n\r\n";

const REGISTRAR: Abilities =
    Abilities { methods: &[Method::Register, Method::Options], extensions: &["path"], bodies: &["application/sdp"] };

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("REGISTER of 1 kB");
    group.throughput(Throughput::Bytes(REGISTER.len() as u64));
    group.bench_function("lines", |bencher| {
        bencher.iter(|| Message::read(REGISTER).map(|message| message.body().len()));
    });
    group.bench_function("lines and a registrar's values", |bencher| {
        bencher.iter(|| {
            let message = Message::read(REGISTER).expect("sound");
            let tags = (message.via().expect("sound").branch(), message.from().expect("sound").tag());
            let who = (message.call_id(), message.cseq(), message.to().expect("sound").text.len());
            let credentials = message.credentials(Name::Authorization).next();
            (tags.0.map(<[u8]>::len), tags.1.map(<[u8]>::len), who.0.is_ok(), who.2, credentials.is_some())
        });
    });
    group.bench_function("lines and every value judged", |bencher| {
        bencher.iter(|| judge(&Message::read(REGISTER).expect("sound"), &REGISTRAR));
    });
    group.bench_function("answer", |bencher| {
        let message = Message::read(REGISTER).expect("sound");
        let source = "192.0.2.14:5062".parse().expect("an address");
        let mut out = Vec::with_capacity(2048);
        bencher.iter(|| {
            out.clear();
            Answer::begin(&message, 200, "OK", &Back { source, tag: b"1" }, &mut out).end();
            out.len()
        });
    });
    group.finish();
}

fn authenticating(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("digest, MD5, HA1 known");
    let base = ha1(Hash::Md5, b"1873", b"pbx.example.com", b"secret");
    let message = Message::read(REGISTER).expect("sound");
    let credentials = message.credentials(Name::Authorization).next().expect("there").expect("sound");
    group.bench_function("check", |bencher| bencher.iter(|| is_right(&credentials, &base, b"REGISTER", b"")));
    let challenge =
        b"SIP/2.0 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5\r\n\r\n";
    let challenge = Message::read(challenge).expect("sound");
    group.bench_function("choose and write", |bencher| {
        let mut out = Vec::with_capacity(1024);
        bencher.iter(|| {
            out.clear();
            let (chosen, algorithm, protection) = choose(challenge.challenges(Name::WwwAuthenticate)).expect("one");
            assert_eq!(protection, Protection::Auth);
            let asked = Asked { method: b"REGISTER", uri: b"sip:pbx.example.com", body: b"" };
            let used = Use { count: 1, cnonce: b"0a4f113b" };
            authorize((&chosen, algorithm, protection), b"1873", &base, &asked, &used, &mut out);
            out.len()
        });
    });
    group.finish();
}

criterion_group!(benches, reading, authenticating);
criterion_main!(benches);
