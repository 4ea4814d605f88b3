//! Plans.

use heffte::{BackendKind, Call, Direction, Participants, PlanOptions, PlanningEffort, Scale, Spec, Transport};
use pyo3::prelude::*;

use crate::arrays::{PyArray, raw};
use crate::errors::{exception, from_python, guarded};
use crate::geometry::{PyBox, read_box};

/// use_reorder, algorithm, use_pencils, use_gpu_aware, use_shared_memory, tune, threads, effort, device.
type PyChoices = (bool, i64, bool, bool, Option<bool>, Option<bool>, Option<usize>, Option<String>, Option<i32>);

/// Those, ranks of the inner stages, membership of a sub-communicator.
type PyOptions = (PyChoices, Option<i64>, Option<bool>);

/// The direction that halves real data, or the numbers of the axes' kinds; none of them for complex transforms.
type PyKinds = (Option<i64>, Option<[i64; 3]>);

/// A plan; freed with its last reference.
#[pyclass(frozen, module = "heffte._core")]
pub struct Plan {
    plan: heffte::Plan,
}

#[pymethods]
impl Plan {
    /// Makes a plan. Collective; a `problem` of one rank is the error of all.
    #[new]
    #[pyo3(signature = (backend, inbox, outbox, kinds, comm, options, problem))]
    #[expect(clippy::too_many_arguments, reason = "Python passes what a plan needs in one call")]
    fn new(
        py: Python<'_>,
        backend: i64,
        inbox: PyBox,
        outbox: PyBox,
        kinds: PyKinds,
        comm: i64,
        options: PyOptions,
        problem: Option<String>,
    ) -> PyResult<Plan> {
        let spec = from_python(problem).and_then(|()| spec(backend, inbox, outbox, kinds, options));
        // SAFETY: the face passes the handle of an mpi4py communicator, and has compared the MPI libraries.
        let made = py.detach(|| guarded(|| unsafe { heffte::Plan::from_raw(heffte::comm_from_fortran(comm), spec) }));
        Ok(Plan { plan: made.map_err(|error| exception(&error))? })
    }

    /// Elements of this rank's inbox.
    fn size_inbox(&self) -> usize {
        self.plan.size_inbox()
    }

    /// Elements of this rank's outbox.
    fn size_outbox(&self) -> usize {
        self.plan.size_outbox()
    }

    /// Elements of a workspace.
    fn size_workspace(&self) -> usize {
        self.plan.size_workspace()
    }

    /// Elements of it for messages.
    fn size_comm_buffers(&self) -> usize {
        self.plan.size_comm_buffers()
    }

    /// The numbers in which the plan works: `c2c`, `r2c` or `r2r`.
    fn domain(&self) -> &'static str {
        self.plan.domain().name()
    }

    /// What the plan does, in a few lines.
    fn recipe(&self) -> String {
        self.plan.recipe().to_string()
    }

    /// The factor that a scale applies.
    fn scale_factor(&self, scale: i64) -> PyResult<f64> {
        let scale = Scale::try_from(scale).map_err(|error| exception(&error))?;
        Ok(self.plan.scale_factor(scale))
    }

    /// The number of its device, if it has one.
    fn device(&self) -> Option<i32> {
        self.plan.device()
    }

    /// Waits for all that was queued on a stream of its device.
    fn synchronize(&self, py: Python<'_>, stream: usize) -> PyResult<()> {
        py.detach(|| guarded(|| self.plan.synchronize(stream))).map_err(|error| exception(&error))
    }

    /// Transforms. Collective; a `problem` of one rank is the error of all.
    #[pyo3(signature = (forward, input, output, workspace, batch, scale, stream, problem))]
    #[expect(clippy::too_many_arguments, reason = "Python passes what a transform needs in one call")]
    fn execute(
        &self,
        py: Python<'_>,
        forward: bool,
        input: PyArray,
        output: PyArray,
        workspace: Option<PyArray>,
        batch: usize,
        scale: i64,
        stream: usize,
        problem: Option<String>,
    ) -> PyResult<()> {
        let call = from_python(problem).and_then(|()| {
            Ok(Call {
                direction: if forward { Direction::Forward } else { Direction::Backward },
                input: raw(&input)?,
                output: raw(&output)?,
                workspace: workspace.as_ref().map(raw).transpose()?,
                batch,
                scale: Scale::try_from(scale)?,
                stream,
            })
        });
        // A raw address is no more than a number until it is used, by the thread that waits here.
        let call = Handed(call);
        // SAFETY: the face keeps the arrays alive meanwhile, and says how long they are.
        let done = py.detach(|| guarded(|| unsafe { self.plan.execute({ call }.0) }));
        done.map_err(|error| exception(&error))
    }
}

/// A call on its way out of the interpreter's lock.
struct Handed(heffte::Result<Call>);

// SAFETY: the call is used by the thread that made it.
unsafe impl Send for Handed {}

fn spec(backend: i64, inbox: PyBox, outbox: PyBox, kinds: PyKinds, options: PyOptions) -> heffte::Result<Spec> {
    let backend = BackendKind::try_from(backend)?;
    let (inbox, outbox) = (read_box(inbox, "inbox")?, read_box(outbox, "outbox")?);
    let spec = match kinds {
        (Some(direction), _) => Spec::r2c(inbox, outbox, direction)?,
        (None, Some(kinds)) => Spec::c2c(inbox, outbox).with_kind_numbers(kinds)?,
        (None, None) => Spec::c2c(inbox, outbox),
    };
    let (choices, subranks, member) = options;
    let (use_reorder, algorithm, use_pencils, use_gpu_aware, shared, tune, threads, effort, device) = choices;
    let participants = match (subranks, member) {
        (_, Some(member)) => Participants::Member(member),
        (Some(n), None) => Participants::First(n),
        (None, None) => Participants::All,
    };
    let transport = Transport::try_from(algorithm)?;
    let defaults = PlanOptions::default();
    let use_shared_memory = shared.unwrap_or(defaults.use_shared_memory);
    let tune = tune.unwrap_or(defaults.tune);
    let threads = threads.unwrap_or(defaults.threads);
    let effort = effort.map_or(Ok(defaults.effort), |effort| PlanningEffort::try_from(effort.as_str()))?;
    let flags = PlanOptions { use_reorder, use_pencils, use_gpu_aware, use_shared_memory, tune, ..defaults };
    let options = PlanOptions { transport, threads, participants, effort, ..flags };
    Ok(spec.with_backend(backend).with_device(device).with_options(options))
}
