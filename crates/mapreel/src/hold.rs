//! Holding: a layer that cannot be drawn shows what the frame before shows, and says so.
//!
//! Segments are drawn apart, perhaps on other machines. So a segment whose first frames lack a layer fetches the frames
//! before it, whoever draws them: what is held does not depend on how the work was shared out.

use crate::gather::{Answers, PlacedFrame, fetch, place_mosaic};
use crate::hands::Hands;
use crate::produce::Error;
use mapreel_render::Gathered;
use mapreel_spec::{Drawing, Gap, GapKind, OnError, Plan, Series};

/// Frames before a segment that are looked at.
const LOOK_BACK: usize = 12;

/// For each layer that holds: the answers of the last frame that was whole.
#[derive(Default)]
pub(crate) struct Holder {
    layers: Vec<Held>,
}

#[derive(Default, Clone)]
struct Held {
    /// Those of the frame that is being drawn; they count when it turns out to be whole.
    latest: Option<(usize, Answers)>,
    good: Option<(usize, Answers)>,
    looked_back: bool,
}

impl Holder {
    /// For one segment.
    pub(crate) fn new(plan: &Plan) -> Self {
        Self { layers: vec![Held::default(); plan.layers.len()] }
    }

    /// Takes note of a frame's answers before they are drawn.
    pub(crate) fn keep(&mut self, plan: &Plan, index: usize, answers: &[Option<Answers>]) {
        for (layer, answers) in answers.iter().enumerate() {
            if let (OnError::Hold, Some(answers)) = (plan.layers[layer].on_error, answers) {
                self.layers[layer].latest = Some((index, answers.clone()));
            }
        }
    }

    /// Fills the gaps of layers that hold.
    pub(crate) fn fill(
        &mut self,
        plan: &Plan,
        index: usize,
        placed: &mut PlacedFrame,
        hands: &Hands,
        spare: &mut Vec<Vec<u8>>,
    ) -> Result<(), Error> {
        for (layer, held) in self.layers.iter_mut().enumerate() {
            let Some(latest) = held.latest.take() else { continue };
            let gathered = placed.pictures[layer].as_mut().expect("it has answers");
            match &gathered.gap {
                Some(gap @ Gap { kind: GapKind::Missing, .. }) => {
                    let gap = gap.clone();
                    if let Some(instead) = held.earlier(plan, layer, index, gap, hands, spare)? {
                        *gathered = instead;
                    }
                }
                _ => held.good = Some(latest),
            }
        }
        Ok(())
    }
}

impl Held {
    /// What an earlier frame shows of the layer, where one does.
    fn earlier(
        &mut self,
        plan: &Plan,
        layer: usize,
        index: usize,
        gap: Gap,
        hands: &Hands,
        spare: &mut Vec<Vec<u8>>,
    ) -> Result<Option<Gathered>, Error> {
        let planned = &plan.layers[layer];
        let Drawing::Pictures(series @ Series::PerFrame(_)) = &planned.drawing else { return Ok(None) };
        let stop = hands.drawing();
        if self.good.is_none() && !self.looked_back {
            self.looked_back = true;
            for before in (index.saturating_sub(LOOK_BACK)..index).rev() {
                let mosaic = series.at(before);
                let answers = hands.wait(fetch(&*hands.upstreams, planned, mosaic))?;
                let gathered = place_mosaic(planned, mosaic, answers.clone(), &plan.map, spare, &stop)?;
                if !gathered.gap.as_ref().is_some_and(Gap::is_lack) {
                    self.good = Some((before, answers));
                    break;
                }
            }
        }
        let Some((from, answers)) = self.good.clone() else { return Ok(None) };
        let gathered = place_mosaic(planned, series.at(from), answers, &plan.map, spare, &stop)?;
        Ok(Some(Gathered { gap: Some(Gap { kind: GapKind::Held { from }, ..gap }), ..gathered }))
    }
}
