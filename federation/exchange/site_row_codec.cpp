#include <federation/v1/evaluation.pb.h>

#include <huizhen/exchange/site_row_codec.h>

namespace huizhen::exchange {
namespace {

namespace v1 = federation::v1;
using acceptance::HeadRow;
using acceptance::Interval;
using acceptance::Measured;

void write(const Interval& from, v1::ConfidenceInterval& to) {
    to.set_estimate(from.estimate);
    to.set_low(from.low);
    to.set_high(from.high);
}

Interval read(const v1::ConfidenceInterval& from) { return {from.estimate(), from.low(), from.high()}; }

void write(const Measured& from, v1::EvaluatedModel& to) {
    write(from.auc, *to.mutable_auc());
    to.set_ece(from.calibration.ece);
    to.set_brier(from.calibration.brier);
    to.set_calibration_intercept(from.calibration.intercept);
    to.set_calibration_slope(from.calibration.slope);
}

Measured read(const v1::EvaluatedModel& from) {
    return {read(from.auc()),
            {from.ece(), from.brier(), from.calibration_intercept(), from.calibration_slope()}};
}

}  // namespace

secagg::Bytes encode_row(const acceptance::SiteRow& row) {
    v1::EvaluationRow message;
    for (const HeadRow& head : row.heads) {
        v1::EvaluatedHead& to = *message.add_heads();
        to.set_head(head.head);
        to.set_cases(head.n);
        to.set_positive_cases(head.positives);
        to.set_patients(head.patients);
        if (head.before) write(*head.before, *to.mutable_before());
        write(head.after, *to.mutable_after());
        write(head.difference, *to.mutable_difference());
    }
    const std::string bytes = message.SerializeAsString();
    return {bytes.begin(), bytes.end()};
}

Result<acceptance::SiteRow> decode_row(std::string site, secagg::BytesView bytes) {
    v1::EvaluationRow message;
    const bool parsed = message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    if (!parsed || static_cast<std::size_t>(message.heads_size()) > acceptance::kMaxHeads)
        return fail(ErrorCode::kMalformedInput, "row-malformed: what " + site + " measured cannot be read");
    acceptance::SiteRow row;
    row.site = std::move(site);
    for (const v1::EvaluatedHead& from : message.heads()) {
        HeadRow head;
        head.head = from.head();
        head.n = from.cases();
        head.positives = from.positive_cases();
        head.patients = from.patients();
        if (from.has_before()) head.before = read(from.before());
        head.after = read(from.after());
        head.difference = read(from.difference());
        row.heads.push_back(std::move(head));
    }
    HZ_TRY(acceptance::check(row));
    return row;
}

}  // namespace huizhen::exchange
