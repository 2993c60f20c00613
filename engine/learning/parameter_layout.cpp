#include <huizhen/base/sha256.h>
#include <huizhen/learning/parameter_layout.h>

namespace huizhen::learning {

void ParameterLayout::add(std::string name, const engine::Shape& shape, ParameterKind kind) {
    const auto count = static_cast<std::size_t>(shape.count());
    blocks_.push_back({std::move(name), shape, kind, size_, count});
    size_ += count;
}

std::string ParameterLayout::fingerprint() const {
    std::string text;
    for (const ParameterBlock& block : blocks_) {
        text += block.name + ' ' + block.shape.to_string() +
                (block.kind == ParameterKind::kNorm ? " norm\n" : " weight\n");
    }
    return to_hex(sha256(std::as_bytes(std::span(text.data(), text.size()))));
}

}  // namespace huizhen::learning
