import { PolicyPack } from "@pulumi/policy";

new PolicyPack("standins", {
    policies: [
        {
            name: "long-passwords",
            description: "Passwords have 16 characters at least",
            enforcementLevel: "mandatory",
            validateResource: ({ type, props }, report) => {
                const length = Number(props["length"]);
                if (type === "random:index/randomPassword:RandomPassword" && length < 16) {
                    report(`length is ${length}: it must be at least 16`);
                }
            },
        },
    ],
});
