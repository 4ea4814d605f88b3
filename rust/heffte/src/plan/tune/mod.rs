//! Measuring which way is the fastest, in place of estimating it.

mod trial;
mod wisdom;

use self::trial::Trial;
use self::wisdom::{Entry, Wisdom};
use super::Plan;
use crate::error::{ErrorKind, Result};
use crate::recipe::{Recipe, Tuned};

/// Routes that are tried, the cheapest by estimate.
const ROUTES: usize = 3;

impl Plan {
    /// Puts the fastest of the likely ways in place of the one that the plan has: what a wisdom file remembers, else what a
    /// few transforms show, which the file then remembers. Collective; all ranks come to the same.
    ///
    /// # Errors
    /// [`crate::Error::Mpi`]. Where there is no memory to try others, the plan stays as it is.
    pub(super) fn tune(&mut self) -> Result<()> {
        let recipes = Recipe::candidates(self.recipe.problem(), *self.recipe.machine(), ROUTES);
        let mut trials = Trial::all(self, recipes);
        let chosen = self.choose(&mut trials);
        trials.iter().for_each(|trial| trial.retire(&self.comm));
        chosen
    }

    /// Makes the fastest of `trials` the plan's own way. Collective.
    ///
    /// # Errors
    /// As for [`Plan::tune`].
    fn choose(&mut self, trials: &mut [Trial]) -> Result<()> {
        let wisdom = (self.rank() == 0).then(|| Wisdom::from_environment(self)).flatten();
        let remembered = wisdom.as_ref().and_then(|wisdom| {
            let entry = wisdom.find()?;
            let index = trials.iter().position(|trial| trial.is(&entry.route, &entry.carrier))?;
            Some((index, entry.nanoseconds))
        });
        // Rank 0 alone looks, and tells the others.
        let (index, nanoseconds) = remembered.map_or((-1, -1), |(index, time)| (index as i64, time as i64));
        let told = self.comm.max(&[index, nanoseconds])?;
        let ways = trials.len();
        if let Ok(index) = usize::try_from(told[0]) {
            trials[index].prepare(self)?;
            self.install(&mut trials[index], Tuned { nanoseconds: told[1] as u64, ways, is_remembered: true });
            return Ok(());
        }
        let times = match trial::race(self, trials) {
            // All ranks have the same error.
            Err(error) if error.kind() == ErrorKind::Memory => return Ok(()),
            times => times?,
        };
        let fastest = (0..ways).min_by_key(|&index| times[index]).expect("there is the way that the plan has");
        if let Some(wisdom) = wisdom {
            let (route, carrier) = trials[fastest].names();
            wisdom.remember(Entry { route, carrier, nanoseconds: times[fastest] });
        }
        self.install(&mut trials[fastest], Tuned { nanoseconds: times[fastest], ways, is_remembered: false });
        Ok(())
    }

    /// Makes the way of `trial` the plan's own.
    fn install(&mut self, trial: &mut Trial, tuned: Tuned) {
        self.change_places(trial);
        self.recipe.set_tuned(tuned);
    }
}
