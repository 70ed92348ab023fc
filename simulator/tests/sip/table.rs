//! Machines compared with tables in words: a column for each state, a row for each input, and what comes of it in the cell.
//!
//! A cell says what the machine becomes and, after the colon, what its owner is to do; `-` is nothing at all.

/// What an input did: the state it led to and what is to be done.
pub(crate) type Cell = (String, &'static str);
/// An input by its name, with every way to give it: all must do the same.
pub(crate) type Input<M> = (&'static str, Vec<Box<dyn Fn(&mut M) -> Cell>>);

/// Compares a table in words with what machines do that were brought into its states.
pub(crate) fn holds<M: Copy>(table: &str, states: &[(&str, M)], inputs: &[Input<M>]) {
    let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let head = cells(lines.next().expect("a table has a head"));
    let names: Vec<&str> = states.iter().map(|(name, _)| *name).collect();
    assert_eq!(&head[1..], names, "the columns are the states");
    for (input, ways) in inputs {
        let row = cells(lines.next().unwrap_or_else(|| panic!("the table lacks a row: {input}")));
        assert_eq!(row[0], *input, "the rows are the inputs");
        for (way, give) in ways.iter().enumerate() {
            let answers = states.iter().map(|(name, machine)| {
                let mut machine = *machine;
                let (state, does) = give(&mut machine);
                match (state == *name, does) {
                    (true, "") => "-".to_owned(),
                    (_, "") => state,
                    _ => format!("{state}: {does}"),
                }
            });
            assert_eq!(&row[1..], answers.collect::<Vec<_>>(), "{input}, way {way}");
        }
    }
    assert_eq!(lines.next(), None, "a row without an input");
}

/// One way for each of the values.
pub(crate) fn each<M: 'static, T: Copy + 'static>(
    name: &'static str,
    values: &[T],
    give: impl Fn(&mut M, T) -> Cell + Copy + 'static,
) -> Input<M> {
    let way = |value: &T| {
        let value = *value;
        Box::new(move |machine: &mut M| give(machine, value)) as Box<dyn Fn(&mut M) -> Cell>
    };
    (name, values.iter().map(way).collect())
}
