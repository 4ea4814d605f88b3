//! Boxes, and how worlds are divided.

use heffte::geometry::{Box3d, Order, proc_setup_min_surface};
use pyo3::prelude::*;

use crate::errors::{exception, guarded};

/// Low corner, high corner (inclusive), order.
pub type PyBox = ([i64; 3], [i64; 3], [i64; 3]);

/// The box that Python describes; `argument` names it in errors.
pub fn read_box((low, high, order): PyBox, argument: &'static str) -> heffte::Result<Box3d> {
    Ok(Box3d::new(low, high).with_order(Order::new(order, argument)?))
}

/// The corners of the boxes into which a grid of processes divides a world, dimension 0 fastest.
#[pyfunction]
pub fn split_world(world: PyBox, grid: [i64; 3]) -> PyResult<Vec<([i64; 3], [i64; 3])>> {
    let boxes = guarded(|| Ok(heffte::geometry::split_world(&read_box(world, "world")?, grid)));
    let boxes = boxes.map_err(|error| exception(&error))?;
    Ok(boxes.into_iter().map(|b| (b.low, b.high)).collect())
}

/// The grid of processes over a world with the least surface between bricks.
#[pyfunction]
pub fn proc_setup(world: PyBox, processes: usize) -> PyResult<[i64; 3]> {
    let grid = guarded(|| Ok(proc_setup_min_surface(&read_box(world, "world")?, processes)));
    grid.map_err(|error| exception(&error))
}
