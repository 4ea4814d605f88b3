//! What stands in for a vendor's libraries (`tests/gpu/stand_in`): it lets calls fail, and counts what is alive.

use std::ffi::{CStr, CString, c_char, c_int, c_long, c_void};

/// What `libheffte_stand_in.so` exports.
pub struct StandIn {
    arm: unsafe extern "C" fn(*const c_char, c_long),
    struck: unsafe extern "C" fn() -> c_int,
    live: unsafe extern "C" fn(*const c_char) -> c_int,
    calls: unsafe extern "C" fn(*const c_char) -> c_long,
}

/// What is counted, but for what stays as long as the process: contexts and modules.
const COUNTED: [&CStr; 6] = [c"memory", c"pinned", c"streams", c"events", c"plans", c"ipc"];

impl StandIn {
    /// That which this program has loaded; none where it works on real devices.
    pub fn loaded() -> Option<StandIn> {
        // SAFETY: the library is looked for among those that are loaded; its functions have these types.
        unsafe {
            let library = libc::dlopen(c"libheffte_stand_in.so".as_ptr(), libc::RTLD_NOW | libc::RTLD_NOLOAD);
            if library.is_null() {
                return None;
            }
            Some(StandIn {
                arm: function(library, c"heffte_stand_in_arm", |found| std::mem::transmute(found)),
                struck: function(library, c"heffte_stand_in_struck", |found| std::mem::transmute(found)),
                calls: function(library, c"heffte_stand_in_calls", |found| std::mem::transmute(found)),
                live: function(library, c"heffte_stand_in_live", |found| std::mem::transmute(found)),
            })
        }
    }

    /// Lets the `call`-th call of a function from now on fail, counted from 1.
    pub fn arm(&self, function: &str, call: usize) {
        let name = CString::new(function).expect("names have no zeros");
        // SAFETY: the name is a string of C.
        unsafe { (self.arm)(name.as_ptr(), call as c_long) };
    }

    /// Lets no call fail. Says whether the call that was to fail has come.
    pub fn disarm(&self) -> bool {
        // SAFETY: it takes nothing.
        let struck = unsafe { (self.struck)() } != 0;
        self.arm("", 0);
        struck
    }

    /// How often a function was called since [`StandIn::arm`] or [`StandIn::disarm`].
    pub fn calls(&self, function: &str) -> i64 {
        let name = CString::new(function).expect("names have no zeros");
        // SAFETY: the name is a string of C.
        unsafe { (self.calls)(name.as_ptr()) }
    }

    /// What was made and not given back, in words.
    pub fn census(&self) -> String {
        // SAFETY: the names are strings of C.
        let count = |what: &&CStr| format!("{} {}", unsafe { (self.live)(what.as_ptr()) }, what.to_string_lossy());
        COUNTED.iter().map(count).collect::<Vec<_>>().join(", ")
    }
}

unsafe fn function<F>(library: *mut c_void, name: &CStr, cast: impl FnOnce(*mut c_void) -> F) -> F {
    // SAFETY: the name is a string of C.
    let found = unsafe { libc::dlsym(library, name.as_ptr()) };
    assert!(!found.is_null(), "{name:?} is not there");
    cast(found)
}
