//! What a drawing is made of.

/// The width and height of a box, in pixels as everything here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: i32,
    pub height: i32,
}

/// The least room between things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gaps {
    /// Between two columns, for the lines.
    pub columns: i32,
    /// Between two boxes, one above the other.
    pub boxes: i32,
    /// Between a box and a line that passes by, and between two of these.
    pub lines: i32,
    /// Around all of it.
    pub margin: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

/// How a line goes, from where it leaves a box to where it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub from: usize,
    pub to: usize,
    /// It leads back to the left, because it closes a circle.
    pub is_back: bool,
    pub points: Vec<Point>,
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// The upper left corner of each box.
    pub boxes: Vec<Point>,
    /// The column of each box; the leftmost is 0.
    pub columns: Vec<usize>,
    /// Of each pair of boxes once, in the order of the pairs.
    pub routes: Vec<Route>,
    pub width: i32,
    pub height: i32,
}
