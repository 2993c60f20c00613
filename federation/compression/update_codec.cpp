#include <huizhen/base/check.h>
#include <huizhen/compression/update_codec.h>

#include "packer.h"
#include "sparse.h"

namespace huizhen::compression {

UpdateCodec::UpdateCodec(const CodecSettings& settings, std::uint64_t values,
                         std::vector<std::uint32_t> support, std::unique_ptr<Packer> packer)
    : settings_(settings),
      values_(values),
      words_(words_for(settings, values)),
      support_(std::move(support)),
      packer_(std::move(packer)) {}
UpdateCodec::~UpdateCodec() = default;
UpdateCodec::UpdateCodec(UpdateCodec&&) noexcept = default;
UpdateCodec& UpdateCodec::operator=(UpdateCodec&&) noexcept = default;

Result<UpdateCodec> UpdateCodec::make(const CodecSettings& settings, std::uint64_t values,
                                      const PublicRound& round) {
    HZ_TRY(check(settings, values));
    std::vector<std::uint32_t> support;
    if (is_sparse(settings)) {
        const std::uint64_t keep = kept_of(settings, values);
        const auto top = static_cast<std::uint64_t>(settings.top_fraction * static_cast<double>(keep));
        HZ_ASSIGN(support, shared_support(values, keep, top, round));
    }
    return UpdateCodec(settings, values, std::move(support),
                       is_quantised(settings) ? quantised_packer(settings) : fixed_point_packer(settings));
}

bool UpdateCodec::sparse() const { return !support_.empty(); }

double UpdateCodec::step() const { return packer_->step(); }

Status UpdateCodec::encode(std::span<const float> update, std::uint32_t samples, std::span<float> residual,
                           RandomSource& random, std::span<std::uint32_t> words) const {
    HZ_CHECK(update.size() == values_ && words.size() == words_, "of the lengths this codec was made for");
    HZ_CHECK(residual.empty() || residual.size() == values_, "a residual is as long as the update");
    if (samples == 0) return fail(ErrorCode::kInvalidArgument, "a site without samples has nothing to add");
    for (std::size_t i = 0; i < update.size(); ++i) {
        if (!std::isfinite(residual.empty() ? update[i] : update[i] + residual[i])) {
            return fail(ErrorCode::kInvalidArgument, "the update holds a value that is not finite");
        }
    }
    for (std::size_t i = 0; i < residual.size(); ++i) residual[i] += update[i];

    const std::span<const float> source = residual.empty() ? update : std::span<const float>(residual);
    const double divisor = packer_->divisor(std::min(samples, settings_.max_samples), 1).value();
    const std::size_t kept = sparse() ? support_.size() : values_, per_word = packer_->values_per_word();
    const std::size_t part_values = kPackedWords / per_word * per_word;
    std::vector<float> gathered(sparse() ? part_values : 0), sent(residual.empty() ? 0 : part_values);
    for (std::size_t first = 0; first < kept; first += part_values) {
        const std::size_t count = std::min(part_values, kept - first);
        std::span<const float> part;
        if (sparse()) {
            for (std::size_t i = 0; i < count; ++i) gathered[i] = source[support_[first + i]];
            part = std::span(gathered).first(count);
        } else {
            part = source.subspan(first, count);
        }
        const std::span<std::uint32_t> packed =
            words.subspan(first / per_word, (count + per_word - 1) / per_word);
        packer_->pack(part, samples, random, packed);
        if (residual.empty()) continue;
        packer_->unpack(packed, 0, 1, divisor, std::span(sent).first(count));
        for (std::size_t i = 0; i < count; ++i) {
            residual[sparse() ? support_[first + i] : first + i] -= sent[i];
        }
    }
    words.back() = std::min(samples, settings_.max_samples);
    return {};
}

Result<UpdateCodec::Tally> UpdateCodec::tally(std::span<const std::uint32_t> sum, std::uint32_t sites) const {
    HZ_CHECK(sum.size() == words_, "a sum is as long as an upload");
    HZ_ASSIGN(const double divisor, packer_->divisor(sum.back(), sites));
    return Tally{sites, sum.back(), divisor};
}

void UpdateCodec::mean(std::span<const std::uint32_t> sum, const Tally& tally, std::uint64_t first,
                       std::span<float> mean) const {
    HZ_CHECK(sum.size() == words_ && first <= values_ && mean.size() <= values_ - first,
             "a part of this codec's values");
    const std::size_t per_word = packer_->values_per_word();
    // Values [at, at + count) of those that were sent.
    const auto unpack = [&](std::size_t at, std::span<float> into) {
        const std::size_t word = at / per_word, last = (at + into.size() + per_word - 1) / per_word;
        packer_->unpack(sum.subspan(word, last - word), at % per_word, tally.sites, tally.divisor, into);
    };
    if (!sparse()) return unpack(first, mean);
    std::fill(mean.begin(), mean.end(), 0.0F);
    const auto begin = std::lower_bound(support_.begin(), support_.end(), first);
    const auto end = std::lower_bound(begin, support_.end(), first + mean.size());
    std::array<float, kPackedWords> part;
    for (auto place = begin; place != end;) {
        const auto count = std::min<std::size_t>(part.size(), static_cast<std::size_t>(end - place));
        unpack(static_cast<std::size_t>(place - support_.begin()), std::span(part).first(count));
        for (std::size_t i = 0; i < count; ++i) mean[*place++ - first] = part[i];
    }
}

Result<secagg::DecodedMean> UpdateCodec::decode(std::span<const std::uint32_t> sum,
                                                std::uint32_t sites) const {
    HZ_ASSIGN(const Tally tally, this->tally(sum, sites));
    secagg::DecodedMean decoded{std::vector<float>(values_), tally.samples};
    mean(sum, tally, 0, decoded.values);
    return decoded;
}

}  // namespace huizhen::compression
