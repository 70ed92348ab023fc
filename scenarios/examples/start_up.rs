//! Loads a scenario so many times, to be timed from outside: `time start_up FILE 100`.

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let times = arguments.next().and_then(|times| times.parse::<usize>().ok()).unwrap_or(1);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    for _ in 0..times {
        match scenarios::load(&path, &text, &[], None) {
            Ok(loaded) => std::hint::black_box(loaded),
            Err(wrong) => return print!("{}", wrong.render()),
        };
    }
}
