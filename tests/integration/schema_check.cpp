#include "schema_check.h"

#include <fstream>
#include <set>

namespace huizhen::testing {
namespace {

using nlohmann::json;

const std::set<std::string> kUnderstood = {
    "$schema",     "$id",      "$defs",      "$ref",     "title",
    "description", "type",     "properties", "required", "additionalProperties",
    "items",       "minItems", "maxItems",   "enum",     "const",
    "minimum",     "maximum",  "pattern"};

class Checker {
  public:
    explicit Checker(const json& schema) : root_(schema) {}

    void check(const json& value, const json& schema, const std::string& path) {
        for (const auto& [key, unused] : schema.items()) {
            if (!kUnderstood.contains(key)) errors.push_back(path + ": the checker does not know " + key);
        }
        if (schema.contains("$ref")) {
            const std::string name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
            return check(value, root_["$defs"].at(name), path);
        }
        if (schema.contains("type") && !of_type(value, schema["type"])) {
            errors.push_back(path + ": of type " + value.type_name() + ", wanted " + schema["type"].dump());
            return;
        }
        if (schema.contains("const") && value != schema["const"])
            errors.push_back(path + ": not " + schema["const"].dump());
        if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end()) {
            errors.push_back(path + ": " + value.dump() + " is none of " + schema["enum"].dump());
        }
        if (value.is_number()) check_range(value, schema, path);
        if (value.is_object()) check_object(value, schema, path);
        if (value.is_array()) check_array(value, schema, path);
    }

    std::vector<std::string> errors;

  private:
    static bool of_type(const json& value, const json& type) {
        if (type.is_array())
            return std::ranges::any_of(type, [&](const json& one) { return of_type(value, one); });
        const auto name = type.get<std::string>();
        if (name == "integer") return value.is_number_integer();
        if (name == "number") return value.is_number();
        return value.type_name() == name;
    }
    void check_range(const json& value, const json& schema, const std::string& path) {
        const double number = value;
        if (schema.contains("minimum") && number < schema["minimum"].get<double>())
            errors.push_back(path + ": below the minimum");
        if (schema.contains("maximum") && number > schema["maximum"].get<double>())
            errors.push_back(path + ": above the maximum");
    }
    void check_object(const json& value, const json& schema, const std::string& path) {
        for (const json& name : schema.value("required", json::array())) {
            if (!value.contains(name.get<std::string>()))
                errors.push_back(path + ": lacks " + name.get<std::string>());
        }
        const json properties = schema.value("properties", json::object());
        for (const auto& [name, member] : value.items()) {
            if (properties.contains(name)) {
                check(member, properties[name], path + "." + name);
            } else if (schema.contains("additionalProperties") &&
                       schema["additionalProperties"].is_object()) {
                check(member, schema["additionalProperties"], path + "." + name);
            } else {
                errors.push_back(path + "." + name + ": not in the schema");
            }
        }
    }
    void check_array(const json& value, const json& schema, const std::string& path) {
        if (schema.contains("minItems") && value.size() < schema["minItems"].get<std::size_t>())
            errors.push_back(path + ": too short");
        if (schema.contains("maxItems") && value.size() > schema["maxItems"].get<std::size_t>())
            errors.push_back(path + ": too long");
        for (std::size_t i = 0; i < value.size(); ++i)
            check(value[i], schema.at("items"), path + "[" + std::to_string(i) + "]");
    }

    const json& root_;
};

}  // namespace

std::vector<std::string> schema_errors(const json& document) {
    const json schema = json::parse(std::ifstream(HUIZHEN_DOCS "/diagnosis.schema.json"));
    Checker checker(schema);
    checker.check(document, schema, "$");
    return checker.errors;
}

}  // namespace huizhen::testing
