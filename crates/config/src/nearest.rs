//! Which known name was probably meant.

/// The known name with the smallest edit distance, if it is close: at most a quarter of the
/// letters differ.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= (name.len() / 4).max(2))
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in bytes.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, byte) in from.bytes().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(to.bytes()) {
            let replaced = diagonal + usize::from(byte != other);
            diagonal = *cell;
            left = replaced.min(left + 1).min(diagonal + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_single_edits() {
        for (from, to, edits) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("PORT", "POTR", 2), ("a", "a", 0)]
        {
            assert_eq!(distance(from, to), edits, "{from} {to}");
            assert_eq!(distance(to, from), edits, "{to} {from}");
        }
    }

    #[test]
    fn a_far_name_has_no_neighbour() {
        assert_eq!(
            nearest("CERTCTL_SERVER_PROT", ["CERTCTL_SERVER_HOST", "CERTCTL_SERVER_PORT"]),
            Some("CERTCTL_SERVER_PORT")
        );
        assert_eq!(nearest("CERTCTL_BANANAS", ["CERTCTL_SERVER_HOST", "CERTCTL_SERVER_PORT"]), None);
    }
}
