//! A pool of buffers for pictures: reusing a large block saves the time of allocating it.

/// Free buffers, up to a bound on their bytes.
pub(crate) struct BufferPool {
    buffers: Vec<Vec<u8>>,
    bytes_max: usize,
}

impl BufferPool {
    /// An empty pool that keeps at most `bytes_max` bytes.
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { buffers: Vec::new(), bytes_max }
    }

    /// A buffer, empty or with its old contents.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_default()
    }

    /// Keeps a buffer if the bound allows it.
    pub(crate) fn put_back(&mut self, buffer: Vec<u8>) {
        let kept: usize = self.buffers.iter().map(Vec::capacity).sum();
        if kept + buffer.capacity() <= self.bytes_max {
            self.buffers.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_keeps_its_bound_on_bytes() {
        let mut buffers = BufferPool::new(25);
        (0..9).for_each(|_| buffers.put_back(Vec::with_capacity(10)));
        assert_eq!(buffers.buffers.len(), 2);
        buffers.put_back(Vec::with_capacity(5));
        assert_eq!([buffers.take(), buffers.take(), buffers.take()].map(|buffer| buffer.capacity()), [5, 10, 10]);
        assert_eq!(buffers.take().capacity(), 0);
    }
}
