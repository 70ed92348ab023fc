//! `soak PHONES HOURS`: a day of faults; fails if memory grows by more than 5 % after its first tenth or anything is left.

#[path = "../tests/soak/mod.rs"]
mod day;

fn main() -> std::process::ExitCode {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse::<u64>().ok());
    let (phones, hours) = (numbers.next().unwrap_or(10_000), numbers.next().unwrap_or(24));
    let day = day::day(u32::try_from(phones).unwrap_or(u32::MAX), hours.max(2));
    println!("{phones} phones, {hours} h: {} faults, {} steps, no invariant broken", day.faults, day.steps);
    println!("resident memory after each tenth, kB: {:?}", day.memory_kb);
    let (early, late) = (day.memory_kb[0], day.memory_kb.iter().copied().max().unwrap_or(0));
    let grown = late > early + early / 20;
    println!("{} % above the first tenth at most", (late.saturating_sub(early) * 1000 / early.max(1)) as f64 / 10.0);
    day.left.iter().for_each(|what| println!("left at the end: {what}"));
    if grown || !day.left.is_empty() { std::process::ExitCode::FAILURE } else { std::process::ExitCode::SUCCESS }
}
