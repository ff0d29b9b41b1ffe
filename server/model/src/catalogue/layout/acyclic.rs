//! A copy without circles: what leads back to where a walk came from is turned around.

use std::collections::BTreeSet;

pub(super) struct Acyclic {
    pub(super) boxes: usize,
    /// Each pair once, from left to right.
    pub(super) links: BTreeSet<(usize, usize)>,
    /// Pairs as they were given that are turned around in `links`.
    pub(super) turned: BTreeSet<(usize, usize)>,
    /// Boxes that are linked with themselves.
    pub(super) loops: BTreeSet<usize>,
    /// All pairs of different boxes, as they were given.
    pub(super) given: BTreeSet<(usize, usize)>,
}

/// Whether a walk has come to a box, and has left it again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Never,
    Within,
    Done,
}

impl Acyclic {
    /// Pairs that name a box that is not there are left out.
    pub(super) fn of(boxes: usize, links: &[(usize, usize)]) -> Self {
        let known = |(from, to): &&(usize, usize)| *from < boxes && *to < boxes;
        let (loops, given): (BTreeSet<_>, BTreeSet<_>) = links.iter().filter(known).partition(|(from, to)| from == to);
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); boxes];
        for (from, to) in &given {
            next[*from].push(*to);
        }
        let turned = back_links(&next);
        let turn = |(from, to): &(usize, usize)| if turned.contains(&(*from, *to)) { (*to, *from) } else { (*from, *to) };
        let links = given.iter().map(turn).collect();
        Self { boxes, links, turned, loops: loops.into_iter().map(|(from, _)| from).collect(), given }
    }
}

/// Those that lead to a box that the walk is within. Without them there is no circle. The walk begins where nothing leads to, so that fewer
/// lines go back than from anywhere else.
fn back_links(next: &[Vec<usize>]) -> BTreeSet<(usize, usize)> {
    let mut has_before = vec![false; next.len()];
    next.iter().flatten().for_each(|to| has_before[*to] = true);
    let (later, first): (Vec<usize>, Vec<usize>) = (0..next.len()).partition(|place| has_before[*place]);
    let mut seen = vec![Seen::Never; next.len()];
    let mut back = BTreeSet::new();
    for start in first.into_iter().chain(later) {
        if seen[start] != Seen::Never {
            continue;
        }
        seen[start] = Seen::Within;
        let mut stack = vec![(start, 0)];
        while let Some((place, done)) = stack.last_mut() {
            let place = *place;
            match next[place].get(*done) {
                None => {
                    seen[place] = Seen::Done;
                    stack.pop();
                }
                Some(to) => {
                    *done += 1;
                    match seen[*to] {
                        Seen::Never => {
                            seen[*to] = Seen::Within;
                            stack.push((*to, 0));
                        }
                        Seen::Within => drop(back.insert((place, *to))),
                        Seen::Done => {}
                    }
                }
            }
        }
    }
    back
}
