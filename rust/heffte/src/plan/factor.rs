//! The factors of results.

use super::Plan;
use crate::axis::AxisKind;
use crate::options::{Direction, Scale};

impl Plan {
    /// The factor that `scale` applies: 1, the one that makes a round trip the identity, or the square root of that.
    ///
    /// A round trip multiplies by the points of each Fourier axis of the real-space world, by the
    /// [logical size](crate::R2rKind::logical_size) of each real-to-real axis, and by 2 for each of these where backward transforms
    /// are [doubled](crate::Spec::doubles_backward).
    #[must_use]
    pub fn scale_factor(&self, scale: Scale) -> f64 {
        let problem = self.recipe.problem();
        let size = problem.world_in.size();
        let lines: f64 = (0..3).map(|axis| problem.kinds[axis].round_trip(size[axis]) as f64).product();
        let full = 1.0 / (lines * self.doubling());
        match scale {
            Scale::None => 1.0,
            Scale::Full => full,
            Scale::Symmetric => full.sqrt(),
        }
    }

    /// What the results of a transform are multiplied by, beside what the definitions of its axes say.
    pub(super) fn factor(&self, direction: Direction, scale: Scale) -> f64 {
        match direction {
            Direction::Forward => self.scale_factor(scale),
            Direction::Backward => self.scale_factor(scale) * self.doubling(),
        }
    }

    /// How many times more than FFTW a backward transform returns.
    fn doubling(&self) -> f64 {
        let doubled = self.spec.kinds.iter().filter(|kind| matches!(kind, AxisKind::R2r(_)));
        if self.spec.doubles_backward { doubled.map(|_| 2.0).product() } else { 1.0 }
    }
}
