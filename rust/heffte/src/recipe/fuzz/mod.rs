//! Random problems, whose recipes are walked through point by point, without MPI: every point is moved once, to where it belongs.
//!
//! What fails is made smaller, and kept in `proptest-regressions/` as a case that is run first from then on.

mod any;
mod walk;

use proptest::prelude::*;

use super::{Machine, Problem, Recipe};
use crate::error::Error;
use any::{Asked, any_asked};
use walk::Walk;

/// Cases of a plain run of the tests. `PROPTEST_CASES` asks for others.
const CASES: u32 = 10_000;

fn config() -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: wanted.unwrap_or(CASES), max_global_rejects: u32::MAX, ..ProptestConfig::default() }
}

/// The recipe of `asked` that is walked through: any of the sound ones, the cheapest most often.
fn recipe_of(asked: &Asked) -> Result<Recipe, Error> {
    let problem = Problem::new(&asked.specs())?;
    let machine = Machine { ranks_per_node: asked.ranks_per_node, shares_memory: asked.shares_memory };
    let most = asked.route + 1;
    let candidates = Recipe::candidates(&problem, machine, most);
    let cheapest = Recipe::new(problem, machine);
    assert_eq!(candidates[0], cheapest, "the cheapest of some is the cheapest of all");
    Ok(candidates.into_iter().next_back().unwrap_or(cheapest))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_point_is_moved_once_to_where_it_belongs(asked in any_asked()) {
        match recipe_of(&asked) {
            Ok(recipe) => Walk::of(&recipe, &asked).check()?,
            Err(error) => prop_assert!(asked.is_refused(&error), "{error}"),
        }
    }
}
