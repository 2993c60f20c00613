#pragma once

// Where in the patch the CT model's malignancy score comes from. Maps have the patch's grid, 32^3, x fastest,
// values from 0 to 1 (all 0: nothing in the picture speaks for malignancy). Measurements are held fixed: a
// map speaks of the picture's part of the score alone. One thread at a time, that of the ensemble's context.

#include <cstdint>
#include <span>
#include <vector>

#include <huizhen/model/ct_ensemble.h>

namespace huizhen::engine {

// Grad-CAM (Selvaraju et al. 2017) with each place's own gradient instead of their mean (HiResCAM, Draelos
// and Carin 2020, arXiv:2011.08891), over the stem's second stage: 8 x 8 places of 4 samples in each slice
// that is read (kCtSlices of them; 0 in all others), made finer by bilinear interpolation; the mean over the
// members. One backward pass a member.
Result<std::vector<float>> grad_cam(const CtEnsemble& ensemble, const CtInput& input);

// The truth by experiment: how far the score falls when a block of `block` x `block` samples, through all
// slices that are read, is replaced by aerated lung, for blocks every `stride` samples; each sample gets the
// mean of the blocks that cover it. Falls only; then scaled to 1. Some hundred answers of the ensemble.
Result<std::vector<float>> occlusion_map(const CtEnsemble& ensemble, const CtInput& input, int block = 6,
                                         int stride = 3);

// HU that stands for "nothing here" when a part of the picture is taken away.
inline constexpr float kAeratedLungHu = -850.0F;

// Areas under the score curves while the patch loses its most important samples to aerated lung (deletion:
// lower is more faithful), or gains them on aerated lung (insertion: higher is more faithful). Petsiuk et al.
// 2018, in logits.
struct Faithfulness {
    double deletion = 0, insertion = 0;
};
Result<Faithfulness> faithfulness(const CtEnsemble& ensemble, const CtInput& input,
                                  std::span<const float> map, int steps = 16);

// What a map has to beat: noise, and a Gaussian in the middle, where nodules are.
std::vector<float> random_map(std::uint64_t seed);
std::vector<float> centred_gaussian_map(double sigma_samples = 6);

}  // namespace huizhen::engine
