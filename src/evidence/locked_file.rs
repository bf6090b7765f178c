//! A file that one process has for itself.

use std::{
    fs::{File, TryLockError},
    ops::{Deref, DerefMut},
};

/// An open file, locked for as long as this lives and not a moment longer.
#[derive(Debug)]
pub struct LockedFile(File);

impl LockedFile {
    /// Locks a file.
    ///
    /// # Errors
    ///
    /// Somebody else has it locked, or it can't be locked at all.
    pub fn lock(file: File) -> Result<Self, TryLockError> {
        file.try_lock()?;
        Ok(Self(file))
    }
}

impl Deref for LockedFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for LockedFile {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        // Closing isn't enough: a program that is just being started holds its parent's files for a moment longer.
        let _ = self.0.unlock();
    }
}
