//! Transforms of slices, wherever a plan wants its arrays: for a plan that works on a device, they are copied there and back.

use heffte::{Call, DeviceArray, Direction, Element, Plan, RawArray, Result, Scale};

/// Transforms `batch` inputs, with the workspace of the plan or one of our own that is as long as the plan says.
pub fn transform<I: Element, O: Element + Default>(
    plan: &Plan,
    direction: Direction,
    (input, output): (&[I], &mut [O]),
    scale: Scale,
    (batch, gives_workspace): (usize, bool),
) -> Result<()> {
    let working = plan.domain().working(I::TYPE);
    let len = if gives_workspace { plan.size_workspace() * batch } else { 0 };
    if plan.device().is_none() {
        let mut workspace = vec![f64::NAN; len * working.size() / 8 + 1];
        let given = RawArray { address: workspace.as_mut_ptr().cast(), len: Some(len), element: working };
        let arrays = [RawArray::of(input), RawArray::of_mut(output)];
        return run(plan, direction, arrays, gives_workspace.then_some(given), scale, batch);
    }
    let from = DeviceArray::of(plan.backend(), input)?;
    let to = DeviceArray::of(plan.backend(), output)?;
    let workspace = DeviceArray::new(plan.backend(), len, working)?;
    run(plan, direction, [from.raw(), to.raw()], gives_workspace.then(|| workspace.raw()), scale, batch)?;
    output.copy_from_slice(&to.to_vec()?);
    Ok(())
}

/// One transform with the plan's own workspace.
pub fn once<I: Element, O: Element + Default>(
    plan: &Plan,
    direction: Direction,
    input: &[I],
    output: &mut [O],
    scale: Scale,
) -> Result<()> {
    transform(plan, direction, (input, output), scale, (1, false))
}

/// The same in place.
pub fn in_place<E: Element + Default>(plan: &Plan, direction: Direction, data: &mut [E], scale: Scale) -> Result<()> {
    if plan.device().is_none() {
        return plan.in_place(direction, data, scale);
    }
    let array = DeviceArray::of(plan.backend(), data)?;
    run(plan, direction, [array.raw(); 2], None, scale, 1)?;
    data.copy_from_slice(&array.to_vec()?);
    Ok(())
}

fn run(
    plan: &Plan,
    direction: Direction,
    [input, output]: [RawArray; 2],
    workspace: Option<RawArray>,
    scale: Scale,
    batch: usize,
) -> Result<()> {
    let call = Call { workspace, batch, ..Call::new(direction, input, output, scale) };
    // SAFETY: the arrays are as long as they say, and stay until what was queued is done.
    unsafe { plan.execute(Ok(call)) }
}
