//! Colours of our own, chosen in OKLCh. Their lightness alone gives their order, so that colour-blind readers, and readers of a print
//! without colours, can tell them apart. In the first two palettes lightness rises; in the others (diverging palettes) it falls from
//! the middle to both ends, blue and brown.

/// 18 colours from night blue over violet and coral to pale yellow.
pub(crate) const THERMAL: &[u32] = &[
    0x091f4a, 0x13235b, 0x1e276c, 0x302a7c, 0x472e88, 0x5e3291, 0x773597, 0x96388d, 0xb23d7d, 0xca4668, 0xdb5659,
    0xe86a50, 0xf37e49, 0xfb9446, 0xffac4d, 0xfec563, 0xfdde85, 0xfbf4ba,
];

/// 9 colours from deep blue over sea green to yellow.
pub(crate) const DEPTHS: &[u32] =
    &[0x142152, 0x173c70, 0x14588f, 0x06789a, 0x0698a4, 0x26b89f, 0x72d48a, 0xbae582, 0xfaf489];

/// 21 colours from blue over nearly white to brown.
pub(crate) const BALANCE: &[u32] = &[
    0x0b2964, 0x113572, 0x174181, 0x1e4e90, 0x245a9f, 0x3c73b2, 0x558cc4, 0x6fa5d6, 0x99c2e4, 0xc8dff0, 0xf5f5f5,
    0xf5dcc5, 0xedc29f, 0xe4a77a, 0xd98b5e, 0xcc6f44, 0xbe512d, 0xa8412b, 0x913327, 0x7b2522, 0x65171c,
];

/// 9 colours along the range of [`BALANCE`].
pub(crate) const BALANCE_STEPS: &[u32] =
    &[0x0b2964, 0x1b4788, 0x3c73b2, 0x82b3de, 0xf5f5f5, 0xe9b58c, 0xcc6f44, 0x9c3a29, 0x65171c];
