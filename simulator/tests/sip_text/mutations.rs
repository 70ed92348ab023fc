//! No octets, however wrong, do more than get a verdict.

use rand_core::Rng;
use simulator::rng::{Stream, below};
use simulator::sip::text::answer::{Answer, Back};
use simulator::sip::text::message::Message;
use simulator::sip::text::name::Name;
use simulator::sip::text::verdict::{Verdict, judge};

use crate::corpora;
use crate::outcome::{PBX, of_stream};
use crate::torture;

/// For each message.
const MUTATIONS: u64 = 300;

/// Octets that mean something somewhere.
const MARKS: &[u8] = b"\r\n\t :;,=\"\\<>@?/*%[]()\0\x7f\xff0aSIP";

fn mutated(octets: &[u8], stream: &mut Stream) -> Vec<u8> {
    let mut octets = octets.to_vec();
    let mut pick = |n: usize| below(stream.next_u64(), n as u64) as usize;
    for _ in 0..=pick(4) {
        if octets.len() < 2 {
            break;
        }
        let (at, mark) = (pick(octets.len()), MARKS[pick(MARKS.len())]);
        match pick(5) {
            0 => octets[at] = mark,
            1 => octets.insert(at, mark),
            2 => drop(octets.remove(at)),
            3 => octets.truncate(at.max(1)),
            _ => {
                let end = (at + pick(60)).min(octets.len());
                let again = octets[at..end].to_vec();
                octets.splice(at..at, again);
            }
        }
    }
    octets
}

/// Asks for every value there is.
fn look(message: &Message<'_>) -> usize {
    let values = [
        message.vias().flatten().filter_map(|via| via.received()).count(),
        message.contacts().count() + message.accepts().count() + message.all().count(),
        message.routes(Name::Route).count() + message.options(Name::Supported).count(),
        message.credentials(Name::Authorization).flatten().filter_map(|one| one.count()).count(),
        message.challenges(Name::WwwAuthenticate).count() + message.challenges(Name::ProxyAuthenticate).count(),
        [message.expires(), message.min_expires(), message.retry_after()].iter().flatten().count(),
    ];
    values.iter().sum()
}

#[test]
fn mutated_messages_get_verdicts_and_nothing_worse() {
    let (mut looked, mut taken, mut refused) = (0, 0u32, 0u32);
    for (place, case) in corpora::all().iter().chain(&torture::cases()).enumerate() {
        let mut stream = Stream::new(place as u64);
        for _ in 0..MUTATIONS {
            let octets = mutated(&case.octets, &mut stream);
            of_stream(octets.chunks(1 + below(stream.next_u64(), 100) as usize));
            let Ok(message) = Message::read(&octets) else { continue };
            looked += look(&message);
            match judge(&message, &PBX) {
                Verdict::Take => taken += 1,
                Verdict::Drop(_) => {}
                Verdict::Refuse(fault) => {
                    refused += 1;
                    let source = "192.0.2.1:5060".parse().expect("an address");
                    let mut out = Vec::new();
                    Answer::refuse(&message, fault, &PBX, &Back { source, tag: b"1" }, &mut out);
                    let answer = Message::read(&out).expect("what we write can be read");
                    assert_eq!(answer.status(), Some(fault.status()));
                }
            }
        }
    }
    assert!(looked > 1000 && taken > 1000 && refused > 1000, "{looked} {taken} {refused}");
}
