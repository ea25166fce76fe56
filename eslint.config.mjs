import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["node_modules/"] },
    ...tseslint.configs.recommendedTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@typescript-eslint/explicit-module-boundary-types": "error",
            "@typescript-eslint/no-explicit-any": "error",
            "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
        },
    },
    { files: ["**/*.mjs"], ...tseslint.configs.disableTypeChecked },
);
